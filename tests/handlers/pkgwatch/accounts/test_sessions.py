"""Only tokens that are signed here and have not expired make a session."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.common.secrets import SecretUnavailable
from handlers.common.transactions import transact
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


def signed(content: bytes) -> str:
    payload = base64.urlsafe_b64encode(content).decode()
    return f"session={payload}.{hmac.new(SECRET, payload.encode(), hashlib.sha256).hexdigest()}"


FIELDS = {"user_id": "user_1", "email": "a@example.com", "tier": "pro", "exp": int((NOW + WEEK).timestamp())}


@pytest.mark.parametrize("missing", FIELDS)
def test_a_token_of_another_shape_is_no_session(world: Any, missing: str) -> None:
    assert read(signed(json.dumps(FIELDS).encode())).user_id == "user_1"
    others = [{name: value for name, value in FIELDS.items() if name != missing}]
    others += [{**FIELDS, missing: value} for value in (None, [], {}, True, 1.5, "", "\ud800", 10**400, "x" * 3000)]
    for content in others:
        if {**FIELDS, **content} != content or not isinstance(content[missing], type(FIELDS[missing])):
            assert refusal(signed(json.dumps(content).encode())) == (401, "session_expired")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FIELDS, "x"]), inner),
    max_leaves=8,
)


@given(VALUES | st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, VALUES)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_signed_is_a_session_or_none(world: Any, content: Any) -> None:
    """Never an error of another kind; and what is a session has the documented fields."""
    cookie = signed(json.dumps(content).encode())
    try:
        found = read(cookie)
    except ApiError:
        assert refusal(cookie) == (401, "session_expired")
    else:
        assert content["exp"] >= NOW.timestamp()
        assert Session(content["user_id"], content["email"], content["tier"]) == found


@given(st.binary())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_that_are_signed_are_an_error(world: Any, content: bytes) -> None:
    assert refusal(signed(content)) == (401, "session_expired")


def test_sessions_that_were_ended_are_over_and_the_next_is_not(world: Any) -> None:
    owner, keys = f"user_{secrets.token_hex(8)}", world.keys
    before = sessions.token(owner, "a@example.com", "pro", NOW)
    another = sessions.token("user_of_another", "a@example.com", "pro", NOW)
    ended, begin = sessions.end_all(keys, owner, NOW)
    assert read(f"session={before}").user_id == owner
    transact(keys.client, [ended])
    assert refusal(f"session={before}") == (401, "session_expired")
    assert read(f"session={sessions.token(owner, 'b@example.com', 'pro', begin)}").email == "b@example.com"
    assert read(f"session={another}").user_id == "user_of_another"
    assert timedelta(0) < begin - NOW <= timedelta(seconds=1)
    assert keys.get((owner, "SESSIONS"))["ttl"] == int((begin + WEEK).timestamp())
