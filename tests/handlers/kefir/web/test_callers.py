"""Callers, and what all responses have in common."""

from __future__ import annotations

import json
from typing import Any

from handlers.kefir.api import handle_batches
from handlers.kefir.runtime.settings import settings
from tests.handlers.gateway import call, http_event
from tests.handlers.kefir.kefir_api import HANDLERS, User, ask


def test_the_caller_has_a_row_afterwards(alice: User, table: Any) -> None:
    ask("GET /batches", claims={"sub": alice.id})  # an access token does not name the address
    row = table.get((f"USER#{alice.id}", f"USER#{alice.id}"))
    assert (row["userId"], "email" in row) == (alice.id, False)
    alice.ask("GET /batches")
    learnt = table.get((f"USER#{alice.id}", f"USER#{alice.id}"))
    assert learnt == {**row, "email": f"{alice.id}@example.com", "updatedAt": learnt["updatedAt"]}
    ask("GET /batches", claims={"sub": alice.id, "email": "another@example.com"})
    assert table.get((f"USER#{alice.id}", f"USER#{alice.id}")) == learnt


def test_concurrent_requests_create_one_row(alice: User, table: Any, at_once: Any) -> None:
    answers = at_once(lambda _: alice.ask("GET /batches"), 8)
    assert {answer.status for answer in answers} == {200}
    made = table.get((f"USER#{alice.id}", f"USER#{alice.id}"))
    assert made["createdAt"] == made["updatedAt"]


def test_a_token_without_a_subject_is_refused(environment: Any) -> None:
    for claims in (None, {}, {"email": "a@example.com"}):
        answer = ask("GET /batches", claims=claims)
        assert (answer.status, answer.json["success"]) == (401, False)


def test_pages_of_any_origin_may_read_responses(alice: User) -> None:
    for answer in (alice.ask("GET /batches"), alice.ask("GET /batches/{id}", id="x")):
        for what in ("Origin", "Headers", "Methods"):
            assert answer.headers[f"Access-Control-Allow-{what}"] == "*"


def test_unknown_routes_and_unexpected_errors(alice: User, patched: Any) -> None:
    answer = call(handle_batches.handler, http_event("GET /nothing", claims=alice.claims))
    assert (answer.status, answer.json["error"]) == (404, "Route not found")
    patched.setenv("TABLE_NAME", "there-is-no-such-table")
    answer = alice.ask("GET /batches")
    assert (answer.status, answer.json) == (
        500,
        {"error": "Internal server error", "success": False, "code": "INTERNAL_ERROR"},
    )


def test_offline_mode_takes_the_caller_from_a_header_but_never_in_lambda(patched: Any) -> None:
    patched.setenv("IS_OFFLINE", "true")
    route = "POST /batches"
    body = json.dumps({"name": "x", "stage": "stage1_open"})
    named = call(HANDLERS[route], http_event(route, body=body, headers={"x-user-id": "carol"}))
    assert named.json["batch"]["userId"] == "carol"
    assert call(HANDLERS[route], http_event(route, body=body)).json["batch"]["userId"] == "test-user-1"
    for name, value in (("IS_OFFLINE", "True"), ("AWS_LAMBDA_FUNCTION_NAME", "kefir-app-prod-handleBatches")):
        with patched.context() as patch:
            patch.setenv(name, value)
            settings.cache_clear()
            assert call(HANDLERS[route], http_event(route, body=body)).status == 401
