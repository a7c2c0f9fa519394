"""A redirect leads to the host that the viewer uses, and only what means that host is changed."""

from __future__ import annotations

import pytest

from pkgops.local.edge.answers import on_viewers_host
from pkgops.local.edge.messages import Headers, Request, Response


@pytest.mark.parametrize(
    ("host", "location", "expected"),
    [
        (
            "127.0.0.1:4666",
            "https://localhost:4666/login?a=localhost:4666",
            "https://127.0.0.1:4666/login?a=localhost:4666",
        ),
        ("127.0.0.1:4666", "https://localhost:4666", "https://127.0.0.1:4666"),
        ("127.0.0.1", "http://localhost/x", "http://127.0.0.1/x"),
        ("127.0.0.1:4666", "https://localhost:46660/login", None),
        ("127.0.0.1:4666", "https://localhost:4666@evil.example/", None),
        ("127.0.0.1:4666", "https://localhost:4566/", None),
        ("127.0.0.1:4666", "https://evil.example/localhost:4666", None),
        ("127.0.0.1:4666", "/login", None),
        ("localhost:4666", "https://localhost:4666/login", None),
        ("shop.localhost:4666", "https://localhost:4666/login", None),
    ],
)
def test_a_redirect_stays_at_the_viewers_host(host: str, location: str, expected: str | None) -> None:
    response = Response(307, Headers([("Location", location), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]))
    found = on_viewers_host(response, Request("GET", "/dashboard", "", Headers([("Host", host)])))
    assert found.headers.lines("location") == [("Location", expected or location)]
    assert len(found.headers.lines("set-cookie")) == 2


def test_an_answer_that_leads_nowhere_is_left_as_it_is() -> None:
    response = Response(200)
    assert on_viewers_host(response, Request("GET", "/", "", Headers([("Host", "127.0.0.1:4666")]))) is response
