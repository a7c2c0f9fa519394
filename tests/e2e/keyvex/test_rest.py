"""The REST API, which has nothing to offer but a sign of life."""

from __future__ import annotations

import urllib.request

import pytest

from tests.e2e.conftest import Answer, exchange
from tests.e2e.keyvex.backend import Backend

pytestmark = pytest.mark.e2e


def ask(method: str, url: str, body: bytes | None = None) -> Answer:
    """From a page of another origin."""
    headers = {"Origin": "https://page.example", "Content-Type": "application/json"}
    return exchange(urllib.request.Request(url, data=body, headers=headers, method=method))


def test_it_says_that_it_is_there_and_nothing_else(backend: Backend) -> None:
    base = backend.outputs["RestApiEndpoint"].rstrip("/")
    health = ask("GET", f"{base}/health")
    assert (health.status, health.json()) == (200, {"status": "ok", "environment": "development"})
    assert health.headers["access-control-allow-origin"] == "*"
    preflight = ask("OPTIONS", f"{base}/")
    assert (preflight.status, preflight.body) == (204, b"")
    assert preflight.headers["access-control-allow-methods"] == "OPTIONS,GET,PUT,POST,DELETE,PATCH,HEAD"
    for method, path in (
        ("GET", "/"),
        ("POST", "/health"),
        ("GET", "/tools"),
        ("PUT", "/%00/..%2f"),
        ("GET", "/" + "x" * 4000),
    ):
        refused = ask(method, base + path, None if method == "GET" else b"[" * 200_000)
        assert refused.status == 403, (method, path[:20])
        assert refused.headers["access-control-allow-origin"] == "*"
