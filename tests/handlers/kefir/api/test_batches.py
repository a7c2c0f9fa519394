"""Batches: create, list, get, change, archive."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.handlers.kefir.kefir_api import User, ask, problems

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


SENT = {
    "name": "Lemon",
    "stage": "stage1_open",
    "startDate": "2026-01-02T03:04:05Z",
    "targetDuration": 48.5,
    "temperature": 22.0,
    "sugarType": "cane",
    "sugarAmount": 60,
    "notes": "n",
    "isPublic": True,
    "publicNote": "p",
}


def test_a_batch_is_created_as_documented(alice: User, table: Any) -> None:
    answer = alice.ask("POST /batches", {**SENT, "unknown": {"dropped": 1}})
    assert answer.status == 201
    batch = answer.json["batch"]
    made, batch_id = batch["createdAt"], batch["batchId"]
    assert uuid.UUID(batch_id).version == 4
    assert STAMP.fullmatch(made)
    assert '"temperature":22,' in answer.text
    documented = SENT | {
        "batchId": batch_id,
        "userId": alice.id,
        "status": "active",
        "photoKeys": [],
        "createdAt": made,
        "updatedAt": made,
    }
    keys = {
        "PK": f"USER#{alice.id}",
        "SK": f"BATCH#{batch_id}",
        "GSI1PK": f"BATCH#{batch_id}",
        "GSI1SK": f"USER#{alice.id}",
    }
    assert table.get((keys["PK"], keys["SK"])) == documented | keys
    assert {name: batch[name] for name in documented} == documented


def test_a_batch_has_the_apps_names_too(alice: User) -> None:
    answer = alice.ask("POST /batches", SENT).json
    batch = answer["batch"]
    app = {
        "id": batch["batchId"],
        "fruits": [],
        "sugarGrams": 60,
        "temperatureC": 22,
        "startTime": "2026-01-02T03:04:05Z",
        "targetHoursStage1": 48.5,
        "photos": [],
        "qrCodeUrl": f"https://kefirproducer.com/b/{batch['batchId']}",
    }
    made = {"batchId", "userId", "status", "photoKeys", "createdAt", "updatedAt"}
    assert {name: value for name, value in batch.items() if name not in made} == SENT | app
    assert answer["data"] == batch | {"status": "stage1"}
    assert (answer["success"], answer["message"]) == (True, "Batch created successfully")


def test_fields_that_are_not_sent_have_defaults(alice: User) -> None:
    batch = alice.batch()
    assert batch["startDate"] == batch["createdAt"]
    assert (batch["isPublic"], batch["photoKeys"], batch["status"]) == (False, [], "active")
    assert "targetDuration" not in batch


def test_the_list_is_newest_first_and_filtered_before_it_is_limited(alice: User) -> None:
    first = alice.batch(name="1", stage="stage2_bottled")
    others = [alice.batch(name=str(number)) for number in range(2, 5)]
    newest = others[-1]["batchId"]
    listed = alice.ask("GET /batches").json
    assert [batch["name"] for batch in listed["batches"]] == ["4", "3", "2", "1"]
    assert listed["count"] == 4
    assert [batch["id"] for batch in listed["data"]] == [batch["batchId"] for batch in listed["batches"]]
    second = alice.ask("GET /batches", query={"stage": "stage2_bottled", "limit": "1"}).json
    assert [batch["batchId"] for batch in second["batches"]] == [first["batchId"]]
    assert alice.ask("GET /batches", query={"limit": "2"}).json["count"] == 2
    alice.ask("PATCH /batches/{id}", {"status": "ready"}, id=newest)
    for word in ("ready", "bottled"):
        assert [one["id"] for one in alice.ask("GET /batches", query={"status": word}).json["data"]] == [newest]
    assert alice.ask("GET /batches", query={"status": "stage1"}).json["count"] == 2


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "-1"},
        {"limit": "x"},
        {"limit": "1.0"},
        {"limit": "\u0663"},
        {"limit": ""},
        {"stage": "stage3"},
        {"status": "gone"},
        {"status": ""},
    ],
)
def test_invalid_query_parameters(alice: User, query: dict[str, str]) -> None:
    assert set(problems(alice.ask("GET /batches", query=query))) == set(query)


def test_the_default_limit_is_fifty(alice: User) -> None:
    for _ in range(61):
        alice.batch()
    assert alice.ask("GET /batches").json["count"] == 50
    assert alice.ask("GET /batches", query={"limit": "100"}).json["count"] == 61


def test_an_update_changes_only_what_is_sent(alice: User) -> None:
    batch = alice.batch(targetDuration=48, notes="kept")
    for method in ("PUT", "PATCH"):
        answer = alice.ask(f"{method} /batches/{{id}}", {"temperature": 21.5, "startDate": "no"}, id=batch["batchId"])
        assert answer.status == 200
        after = answer.json["batch"]
        assert after["updatedAt"] >= batch["updatedAt"]
        changed = {"temperature": 21.5, "temperatureC": 21.5, "updatedAt": after["updatedAt"]}
        assert after == batch | changed
    same = alice.ask("PATCH /batches/{id}", {}, id=batch["batchId"]).json["batch"]
    assert same | {"updatedAt": ""} == after | {"updatedAt": ""}
    assert alice.ask("GET /batches/{id}", id=batch["batchId"]).json["batch"] == same


def test_any_stage_and_status_may_follow_any_other(alice: User) -> None:
    batch_id = alice.batch()["batchId"]
    for status in ("archived", "ready", "in_fridge", "active"):
        for stage in ("stage2_bottled", "stage1_open"):
            answer = alice.ask("PUT /batches/{id}", {"status": status, "stage": stage}, id=batch_id)
            assert (answer.json["batch"]["status"], answer.json["batch"]["stage"]) == (status, stage)


def test_an_archived_batch_is_kept(alice: User) -> None:
    batch = alice.batch(isPublic=True)
    answer = alice.ask("DELETE /batches/{id}", id=batch["batchId"])
    assert (answer.status, answer.json["message"]) == (200, "Batch archived successfully")
    assert alice.ask("GET /batches/{id}", id=batch["batchId"]).json["batch"]["status"] == "archived"
    assert alice.ask("GET /batches").json["data"][0]["status"] == "completed"
    assert ask("GET /public/b/{batchId}", batchId=batch["batchId"]).status == 200


ROUTES = [
    "GET /batches/{id}",
    "PUT /batches/{id}",
    "PATCH /batches/{id}",
    "DELETE /batches/{id}",
    "POST /batches/{id}/photo/upload-url",
    "POST /batches/{id}/photo",
    "GET /batches/{id}/photos",
    "POST /batches/{id}/photos",
    "POST /batches/{id}/photos/upload-url",
    "POST /batches/{id}/events",
    "GET /batches/{id}/events",
    "DELETE /batches/{id}/events/{timestamp}",
    "GET /batches/{id}/reminders/suggestions",
    "POST /batches/{id}/reminders/confirm",
    "GET /batches/{id}/reminders",
]


@pytest.mark.parametrize("route", ROUTES)
def test_batches_of_other_users_are_refused(alice: User, bob: User, table: Any, route: str) -> None:
    batch = alice.batch()
    before = table.get((f"USER#{alice.id}", f"BATCH#{batch['batchId']}"))
    body = None if route.startswith(("GET", "DELETE")) else "{}"
    answer = bob.ask(route, body, id=batch["batchId"], timestamp=batch["createdAt"])
    assert (answer.status, answer.json["error"]) == (403, "You do not have access to this batch")
    assert batch["name"] not in answer.text
    for nobodys in (str(uuid.uuid4()), "", "x" * 3000, "a/b", "é", "#"):
        answer = bob.ask(route, body, id=nobodys, timestamp="x")
        assert (answer.status, answer.json["error"]) == (404, "Batch not found")
    assert table.get((f"USER#{alice.id}", f"BATCH#{batch['batchId']}")) == before


def test_a_start_in_the_future_is_stored_as_it_was_sent(alice: User) -> None:
    later = f"{datetime.now(UTC).year + 2}-02-28T10:00Z"
    assert alice.batch(startDate=later)["startDate"] == later
