"""Only tokens that are signed here and have not expired make a session."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.secrets import SecretUnavailable
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.accounts.sessions import Session

NOW = datetime(2026, 6, 1, 12, 0, 0, 500_000, tzinfo=UTC)
WEEK = timedelta(days=7)
# What conftest keeps in the secret.
SECRET = b"a secret of these tests"


def read(cookie: str | None, now: datetime = NOW) -> Session:
    return sessions.read(Request({"headers": {"cookie": cookie} if cookie is not None else None}), now)


def refusal(cookie: str | None, now: datetime = NOW) -> tuple[int, str]:
    with pytest.raises(ApiError) as refused:
        read(cookie, now)
    return refused.value.status, refused.value.code


def token() -> str:
    return sessions.token("user_1", "a@example.com", "pro", NOW)


def test_a_token_has_the_documented_form(world: Any) -> None:
    payload, signature = token().rsplit(".", 1)
    assert json.loads(base64.urlsafe_b64decode(payload)) == {
        "user_id": "user_1",
        "email": "a@example.com",
        "tier": "pro",
        "exp": int((NOW + WEEK).timestamp()),
    }
    assert signature == hmac.new(SECRET, payload.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize("around", ["{}", "a=b; {}", " {} ;c=d", "sessions=x; {}", "xsession=y;{};session=z"])
def test_a_session_is_found_among_cookies(world: Any, around: str) -> None:
    assert read(around.format(f"session={token()}")) == Session("user_1", "a@example.com", "pro")


@pytest.mark.parametrize("cookie", [None, "", "session=", "session", "other=1", "Session=x"])
def test_without_a_cookie(world: Any, cookie: str | None) -> None:
    assert refusal(cookie) == (401, "unauthorized")


def forged(change: str) -> str:
    payload, signature = token().rsplit(".", 1)
    other = base64.urlsafe_b64encode(base64.urlsafe_b64decode(payload).replace(b"user_1", b"user_2")).decode()
    return {
        "payload": f"{other}.{signature}",
        "signature": f"{payload}.{'0' * 64}",
        "cut": f"{payload}.{signature[:-1]}",
        "case": f"{payload}.{signature.upper()}",
        "no signature": payload,
        "empty signature": f"{payload}.",
        "nothing": ".",
        "not ascii": "\u00fc.\u00fc",
        "surrogate": "\ud800.\ud800",
    }[change]


@pytest.mark.parametrize(
    "change",
    ["payload", "signature", "cut", "case", "no signature", "empty signature", "nothing", "not ascii", "surrogate"],
)
def test_what_was_not_made_here(world: Any, change: str) -> None:
    assert refusal(f"session={forged(change)}") == (401, "session_expired")


def test_a_session_ends_after_a_week(world: Any) -> None:
    made = f"session={token()}"
    assert read(made, NOW.replace(microsecond=0) + WEEK)
    assert refusal(made, NOW + WEEK + timedelta(seconds=1)) == (401, "session_expired")


def test_without_a_secret_there_is_no_session(world: Any, patched: pytest.MonkeyPatch) -> None:
    made = token()
    patched.delenv("SESSION_SECRET_ARN")
    sessions.settings.cache_clear()
    for attempt in (token, sessions.check_secret, lambda: read(f"session={made}")):
        with pytest.raises(SecretUnavailable):
            attempt()
