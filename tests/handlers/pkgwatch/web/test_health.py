"""GET /health, and what the responses of all functions have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from handlers.common.web.response import Response
from handlers.common.web.serve import Call, serve
from handlers.pkgwatch.api.health import handler
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API, IDENTIFIED_API
from tests.handlers.gateway import Context, call, proxy_event


def test_health() -> None:
    answer = call(handler, proxy_event())
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
    assert (answer.json["status"], answer.json["version"]) == ("healthy", "1.0.0")
    assert datetime.fromisoformat(answer.json["timestamp"]).tzinfo


@pytest.mark.parametrize("name", ["origin", "Origin"])
def test_the_dashboard_may_read_answers(name: str) -> None:
    answer = call(handler, proxy_event(headers={name: "https://pkgwatch.dev"}))
    assert answer.headers["Access-Control-Allow-Origin"] == "https://pkgwatch.dev"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST, DELETE, OPTIONS"
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type, X-API-Key, Authorization"
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"


@pytest.mark.parametrize(
    "origin", ["", "*", "null", "http://pkgwatch.dev", "https://pkgwatch.dev.evil.example", "http://localhost:3000"]
)
def test_nobody_else_may(environment: pytest.MonkeyPatch, origin: str) -> None:
    answer = call(handler, proxy_event(headers={"Origin": origin}))
    assert not any(name.startswith("Access-Control") for name in answer.headers)


@pytest.mark.parametrize(("origin", "allowed"), [("http://localhost:4321", True), ("http://localhost:1", False)])
def test_development_has_origins_of_its_own(environment: pytest.MonkeyPatch, origin: str, allowed: bool) -> None:
    with environment.context() as patch:
        patch.setenv("ALLOW_DEV_CORS", "true")
        settings.cache_clear()
        answer = call(handler, proxy_event(headers={"Origin": origin}))
    settings.cache_clear()
    assert ("Access-Control-Allow-Origin" in answer.headers) == allowed


@pytest.mark.parametrize("identified", [True, False])
def test_what_nobody_expected_is_an_internal_error(identified: bool) -> None:
    def answer(_call: Call) -> Response:
        raise KeyError("secret")

    def broken(event: dict[str, Any], context: Context) -> dict[str, Any]:
        return serve(event, context, {"GET /broken": answer}, IDENTIFIED_API if identified else API)

    got = call(broken, proxy_event("GET", "/broken", headers={"Origin": "https://pkgwatch.dev"}))
    assert (got.status, got.code) == (500, "internal_error")
    assert "secret" not in got.text
    assert got.json["error"].get("request_id") == ("request-1" if identified else None)
    assert "Access-Control-Allow-Origin" in got.headers
