"""A code becomes cookies, to the byte; everything else a page that says why."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest

from handlers.always_coder.edge.auth_callback import handler
from handlers.always_coder.site import settings
from tests.handlers.always_coder.edge.conftest import Cognito
from tests.handlers.always_coder.edge.viewer import HOST, cookies, event, header
from tests.handlers.always_coder.tokens.signer import encoded

NO_CACHE = "no-cache, no-store, must-revalidate"


def id_token(content: Any) -> str:
    """A token with that content; Cognito's signature on what comes from Cognito is not looked at."""
    return f"e30.{encoded(json.dumps(content).encode())}.c2ln"


ID = id_token({"email": "Anna+1@example.com"})
TOKENS = {"id_token": ID, "access_token": "acc.ess.tok", "refresh_token": "re-fresh", "expires_in": 86400}


def called(query: str) -> dict[str, Any]:
    return handler(event("/auth/callback", query), None)


def refused(query: str, status: str, title: str) -> str:
    """The text of the page."""
    response = called(query)
    assert (response["status"], response["statusDescription"]) == (status, title)
    assert header(response, "content-type") == "text/html; charset=utf-8"
    assert header(response, "cache-control") == NO_CACHE
    assert cookies(response) == []
    return str(response["body"])


def test_a_code_becomes_cookies_to_the_byte(cognito: Cognito) -> None:
    cognito.answer = (200, TOKENS)
    state = base64.b64encode(json.dumps({"returnUrl": f"https://{HOST}/session.html?id=A#x"}).encode()).decode()
    response = called(f"code=a%2Bb+c&state={quote(state, safe='')}")
    assert (response["status"], response["statusDescription"]) == ("302", "Found")
    assert header(response, "location") == "/session.html?id=A"
    assert header(response, "cache-control") == NO_CACHE
    assert cookies(response) == [
        f"id_token={ID}; Secure; SameSite=Lax; Max-Age=86400; Path=/; HttpOnly",
        "access_token=acc.ess.tok; Secure; SameSite=Lax; Max-Age=86400; Path=/; HttpOnly",
        "logged_in=true; Secure; SameSite=Lax; Max-Age=86400; Path=/",
        "user_email=Anna%2B1%40example.com; Secure; SameSite=Lax; Max-Age=86400; Path=/",
        "refresh_token=re-fresh; Secure; SameSite=Lax; Max-Age=2592000; Path=/auth; HttpOnly",
    ]
    ((path, body),) = cognito.asked
    assert path == "/oauth2/token"
    assert parse_qsl(body) == [
        ("grant_type", "authorization_code"),
        ("client_id", "client-1"),
        ("code", "a+b+c"),
        ("redirect_uri", f"https://{HOST}/auth/callback"),
    ]


def test_a_client_with_a_secret_sends_it(cognito: Cognito, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT_SECRET", "s&cret")
    settings.app.cache_clear()
    cognito.answer = (200, TOKENS)
    assert called("code=c")["status"] == "302"
    assert ("client_secret", "s&cret") in parse_qsl(cognito.asked[0][1])


def test_on_aws_the_hosted_pages_have_a_host_of_their_own(cognito: Cognito, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("COGNITO_HOST", "shop.auth.us-east-1.amazoncognito.com")
    settings.app.cache_clear()
    settings.pool.cache_clear()
    assert settings.app().tokens == "https://shop.auth.us-east-1.amazoncognito.com/oauth2/token"
    issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc"
    assert settings.pool().keys == f"{issuer}/.well-known/jwks.json"


@pytest.mark.parametrize("content", [{}, {"email": None}, {"email": ""}, []])
def test_a_user_without_an_address(cognito: Cognito, content: Any) -> None:
    cognito.answer = (200, TOKENS | {"id_token": id_token(content), "refresh_token": None})
    lines = cookies(called("code=c"))
    assert [line.partition("=")[0] for line in lines] == ["id_token", "access_token", "logged_in", "user_email"]
    assert lines[3] == "user_email=; Secure; SameSite=Lax; Max-Age=86400; Path=/"


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("error=access_denied", "Login failed: access_denied"),
        ("error=e&error_description=No+plus%20here&code=c", "Login failed: No+plus here"),
        ("error=e&error_description=", "Login failed: e"),
        ("error_description=%zz&error=100%25%", "Login failed: %zz"),
        ("error=%3Cscript%3Ealert(1)%3C/script%3E", "Login failed: &lt;script&gt;alert(1)&lt;/script&gt;"),
        ("error=%22%27%26", "Login failed: &quot;&#x27;&amp;"),
        ("", "No authorization code provided"),
        ("code=", "No authorization code provided"),
        ("code&state=a", "No authorization code provided"),
        ("&=&Code=c", "No authorization code provided"),
    ],
)
def test_what_is_refused(cognito: Cognito, query: str, text: str) -> None:
    assert f"<p>{text}</p>" in refused(query, "400", "Bad Request")
    assert cognito.asked == []


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        (400, {"error": "<b>invalid_grant</b>"}, "the user pool answered with 400"),
        (500, "<b>broken</b>", "the user pool answered with 500"),
        (200, "<b>no JSON</b>", "the user pool did not answer as expected"),
        (200, [TOKENS], "the user pool did not answer as expected"),
        (200, {**TOKENS, "access_token": None}, "the user pool did not answer as expected"),
        (200, {**TOKENS, "access_token": "a; Domain=evil.example"}, "the user pool did not answer as expected"),
        (200, {**TOKENS, "refresh_token": "a\r\nb"}, "the user pool did not answer as expected"),
        (200, {**TOKENS, "id_token": "e30.!.c2ln"}, "the user pool did not answer as expected"),
        (200, {**TOKENS, "expires_in": "soon"}, "the user pool did not answer as expected"),
        (200, {**TOKENS, "expires_in": float("inf")}, "the user pool did not answer as expected"),
    ],
)
def test_a_failure_says_nothing_that_the_pool_has_said(
    cognito: Cognito, status: int, content: Any, reason: str
) -> None:
    cognito.answer = (status, content)
    body = refused("code=c", "500", "Internal Server Error")
    assert f"<p>Failed to complete authentication: {reason}</p>" in body
    assert "<b>" not in body


def test_a_pool_whose_answer_breaks_off(cognito: Cognito) -> None:
    cognito.answer, cognito.missing = (200, TOKENS), 1
    refused("code=c", "500", "Internal Server Error")


def test_a_pool_that_cannot_be_reached(cognito: Cognito) -> None:
    cognito.shutdown()
    cognito.server_close()
    refused("code=c", "500", "Internal Server Error")
