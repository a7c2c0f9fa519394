"""Routes are served alike behind both kinds of API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Api, Call, serve
from tests.handlers.gateway import Answer, call, http_event, proxy_event

EVENTS = (http_event("GET /b/{id}", path={"id": "7"}), proxy_event("GET", "/b/{id}", path={"id": "7"}))
both_apis = pytest.mark.parametrize("event", EVENTS, ids=["http", "rest"])


@dataclass(slots=True)
class Logged(Call):
    """A call with a journal of its steps."""

    journal: list[str] = field(default_factory=list)

    def finish(self) -> None:
        self.journal.append("finished")
        if "late failure" in self.journal:
            raise OSError


def api(journal: list[str]) -> Api[Logged]:
    def begin(request: Request, now: datetime) -> Logged:
        if request.header("x-banned"):
            raise ApiError(401, "banned", "You may not.", headers={"WWW-Authenticate": "Bearer"})
        return Logged(request, now, journal)

    return Api(
        "test",
        call=begin,
        error_body=lambda error, request: {
            "code": error.code,
            "text": error.message,
            "details": error.details,
            "id": request.id,
            **error.extra,
        },
        headers=lambda request: {"X-Origin": request.header("origin")},
        unknown_route=ApiError(404, "no_route", "No."),
        failure=ApiError(500, "failure", "Oh."),
    )


def answered(event: dict[str, Any], answer: Callable[[Logged], Response]) -> tuple[Answer, list[str]]:
    journal: list[str] = []
    routes = {"GET /b/{id}": answer}
    return call(lambda sent, context: serve(sent, context, routes, api(journal)), event), journal


@both_apis
def test_a_route_is_answered_with_its_call(event: dict[str, Any]) -> None:
    def answer(made: Logged) -> Response:
        assert abs((made.now - datetime.now(UTC)).total_seconds()) < 60
        return json_response(201, {"id": made.request.path["id"]}, {"X-Own": "1"})

    got, journal = answered({**event, "headers": {"Origin": "here"}}, answer)
    assert (got.status, got.json, journal) == (201, {"id": "7"}, ["finished"])
    assert (got.headers["X-Own"], got.headers["X-Origin"]) == ("1", "here")


@both_apis
def test_an_error_has_the_systems_body(event: dict[str, Any]) -> None:
    def answer(_: Logged) -> Response:
        raise ApiError(409, "taken", "Taken.", details={"by": 1}, extra={"more": 2}, headers={"Retry-After": "3"})

    got, journal = answered(event, answer)
    assert (got.status, journal) == (409, ["finished"])
    assert got.json == {"code": "taken", "text": "Taken.", "details": {"by": 1}, "id": "request-1", "more": 2}
    assert (got.headers["Retry-After"], got.headers["X-Origin"]) == ("3", "")


@both_apis
def test_an_unexpected_exception_is_logged_and_not_shown(
    event: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    def answer(_: Logged) -> Response:
        raise KeyError("secret")

    got, journal = answered(event, answer)
    assert (got.status, got.json["code"], journal) == (500, "failure", ["finished"])
    assert "secret" not in got.text
    assert "Request failed" in caplog.messages


def test_an_error_in_the_background_is_a_failure() -> None:
    def answer(made: Logged) -> Response:
        made.journal.append("late failure")
        return json_response(200, {})

    got, journal = answered(EVENTS[0], answer)
    assert (got.status, journal) == (500, ["late failure", "finished"])


def test_an_unknown_route_makes_no_call() -> None:
    journal: list[str] = []
    got = call(lambda event, context: serve(event, context, {}, api(journal)), EVENTS[0])
    assert (got.status, got.json["code"], journal) == (404, "no_route", [])


def test_a_refused_caller() -> None:
    got, journal = answered({**EVENTS[0], "headers": {"X-Banned": "1"}}, lambda _: json_response(200, {}))
    assert (got.status, got.json["code"], journal) == (401, "banned", [])
    assert got.headers["WWW-Authenticate"] == "Bearer"


@both_apis
def test_a_log_line_names_the_route_and_nothing_the_client_sent(
    event: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    answered({**event, "headers": {"Origin": "here"}}, lambda _: json_response(200, {}))
    (line,) = [vars(record) for record in caplog.records]
    assert (line["message"], line["status"], line["levelname"]) == ("GET /b/{id}", 200, "INFO")
    assert line["duration_ms"] >= 0
    assert "here" not in str(line)
