"""Who sees the pages, who is sent to the login, and what needs no login."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from handlers.always_coder.edge.auth_gate import handler
from tests.handlers.always_coder.edge.conftest import SIGNER, Cognito
from tests.handlers.always_coder.edge.viewer import HOST, cookies, event, header
from tests.handlers.always_coder.tokens.signer import Signer

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc"
NO_CACHE = "no-cache, no-store, must-revalidate"


def token(signer: Signer = SIGNER, **changes: Any) -> str:
    """An id token; a change to None leaves a claim out."""
    claims = {"sub": "u", "iss": ISSUER, "aud": "client-1", "token_use": "id", "exp": int(time.time()) + 60} | changes
    return signer.token({name: value for name, value in claims.items() if value is not None})


def passed(uri: str, *headers: str) -> str:
    """The path that a request goes on to."""
    answer = handler(event(uri, "a=b", *headers), None)
    assert "status" not in answer
    assert answer["querystring"] == "a=b"
    return str(answer["uri"])


def returns(response: dict[str, Any]) -> str:
    """Where a redirect to the login leads afterwards."""
    assert (response["status"], response["statusDescription"]) == ("302", "Found")
    assert header(response, "cache-control") == NO_CACHE
    assert cookies(response) == []
    address = header(response, "location")
    assert address.startswith(f"https://{HOST}/login?state=")
    assert not set("+/=") & set(address.partition("state=")[2])
    (state,) = parse_qs(urlsplit(address).query)["state"]
    found = json.loads(base64.b64decode(state, validate=True))
    assert list(found) == ["returnUrl"]
    return str(found["returnUrl"])


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("/login", "/login.html"),
        ("/auth/callback", "/auth/callback"),
        ("/api/config.json", "/api/config.json"),
        ("/_next/static/a.JS", "/_next/static/a.JS"),
        ("/favicon.ico", "/favicon.ico"),
        ("/fonts/a.woff2", "/fonts/a.woff2"),
    ],
)
def test_what_is_public(cognito: Cognito, uri: str, file: str) -> None:
    assert passed(uri) == file
    assert cognito.asked == []


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("/", "/"),
        ("/join", "/join.html"),
        ("/sessions/", "/sessions/.html"),
        ("/login/", "/login/.html"),
        ("/index.html", "/index.html"),
        ("/index.txt", "/index.txt"),
        ("/a.b/c", "/a.b/c"),
        ("/_next/data", "/_next/data"),
        ("/auth/other", "/auth/other"),
        ("/LOGIN", "/LOGIN.html"),
        ("/app.js/", "/app.js/"),
    ],
)
def test_pages_are_for_users_who_come_back_to_them(cognito: Cognito, uri: str, file: str) -> None:
    assert returns(handler(event(uri), None)) == f"https://{HOST}{file}"
    assert returns(handler(event(uri, "id=A&key=%2B"), None)) == f"https://{HOST}{file}?id=A&key=%2B"
    assert passed(uri, f"id_token={token()}") == file


def test_a_logout_clears_every_cookie_to_the_byte(cognito: Cognito) -> None:
    response = handler(event("/auth/logout", "", f"id_token={token()}"), None)
    assert response["status"] == "302"
    assert header(response, "location") == f"https://{HOST}/login"
    assert header(response, "cache-control") == NO_CACHE
    assert cookies(response) == [
        "id_token=; Max-Age=0; Path=/; Secure; SameSite=Lax",
        "access_token=; Max-Age=0; Path=/; Secure; SameSite=Lax",
        "refresh_token=; Max-Age=0; Path=/auth; Secure; SameSite=Lax",
        "logged_in=; Max-Age=0; Path=/; Secure; SameSite=Lax",
        "user_email=; Max-Age=0; Path=/; Secure; SameSite=Lax",
    ]


def test_cookies_are_found_in_every_header(cognito: Cognito) -> None:
    good = token()
    assert passed("/", "a=b; x", f"c=d==;  id_token={good} ;e=f") == "/"
    assert passed("/", f"id_token=old; id_token={good}") == "/"
    for missing in ("", "id_token=", f"ID_TOKEN={good}", f"access_token={good}", f"id_token{good}"):
        returns(handler(event("/", "", missing), None))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"token_use": "access"},
        {"aud": None, "client_id": "client-1"},
        {"aud": "another", "client_id": "client-1"},
        {"client_id": "another"},
        {"nbf": 1},
        {"sub": None},
    ],
)
def test_valid_tokens(cognito: Cognito, changes: dict[str, Any]) -> None:
    assert passed("/", f"id_token={token(**changes)}") == "/"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": True},
        {"exp": 1},
        {"nbf": 9_999_999_999},
        {"nbf": "1"},
        {"iss": ISSUER + "/"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["client-1"]},
        {"aud": None},
        {"token_use": None},
        {"token_use": "refresh"},
    ],
)
def test_other_claims_lead_to_the_login_before_a_key_is_fetched(cognito: Cognito, changes: dict[str, Any]) -> None:
    returns(handler(event("/", "", f"id_token={token(**changes)}"), None))
    assert cognito.asked == []


def test_a_token_is_expired_in_the_second_it_names(cognito: Cognito, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1000.9)
    returns(handler(event("/", "", f"id_token={token(exp=1000)}"), None))
    assert passed("/", f"id_token={token(exp=1001)}") == "/"


@pytest.mark.parametrize("text", ["a", "a.b.c", "..", "é.é.é", "W10.W10.AA", f"{'e30.' * 3}"])
def test_what_is_no_token_leads_to_the_login(cognito: Cognito, text: str) -> None:
    returns(handler(event("/", "", f"id_token={text}"), None))


def test_forged_tokens_lead_to_the_login(cognito: Cognito) -> None:
    returns(handler(event("/", "", f"id_token={token(Signer())}"), None))
    returns(handler(event("/", "", f"id_token={token(Signer('other'))}"), None))
    returns(handler(event("/", "", f"id_token={token().rpartition('.')[0]}."), None))


def test_keys_are_fetched_once_whatever_their_algorithm_is_called(cognito: Cognito) -> None:
    cognito.published = [SIGNER.jwk | {"alg": "RS512"}]
    for _ in range(3):
        passed("/", f"id_token={token()}")
    assert cognito.asked == [("/us-east-1_abc/.well-known/jwks.json", "")]


def test_without_the_keys_nobody_passes(cognito: Cognito) -> None:
    cognito.published = [{"kid": "key-1"}]
    returns(handler(event("/", "", f"id_token={token()}"), None))
    cognito.missing = 1
    returns(handler(event("/", "", f"id_token={token(Signer('key-3'))}"), None))
    cognito.shutdown()
    cognito.server_close()
    returns(handler(event("/", "", f"id_token={token(Signer('key-2'))}"), None))
