"""GET /verify"""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.timestamps import iso
from handlers.common.web.request import Request
from handlers.common.web.serve import Call
from handlers.pkgwatch.accounts import pending_signups
from handlers.pkgwatch.accounts.users import user_id
from handlers.pkgwatch.api.get_pending_key import handler as pending_key_handler
from handlers.pkgwatch.api.get_usage import handler as usage_handler
from handlers.pkgwatch.api.verify_email import Services, handler, open_account, verify
from handlers.pkgwatch.recovery import recovery_codes
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Answer, call, proxy_event
from tests.handlers.pkgwatch.fixtures.login import refusal, started, target


def quickly(code: str) -> str:
    """What is kept of a recovery code, made without the time it takes for real."""
    return recovery_codes.stored(code, iterations=1)


def follow(world: Any, token: str | None) -> Answer:
    """As the function, but for the time hashing takes."""

    def served(event: dict[str, Any], _: Any) -> dict[str, Any]:
        services = Services(world.keys, world.events, quickly)
        return verify(Call(Request(event), datetime.now(UTC)), services).render()

    return call(served, proxy_event("GET", "/verify", query=None if token is None else {"token": token}))


def signed_up(world: Any, code: str | None = None) -> tuple[str, str]:
    """An address that waits to be verified, and its token."""
    email = f"person-{secrets.token_hex(6)}@example.com"
    token = pending_signups.begin(world.keys, email, code, datetime.now(UTC))
    assert token
    return email, token


def records(world: Any, email: str) -> dict[str, dict[str, Any]]:
    """Everything of a user; the only key as "key"."""
    items = world.keys.partition(user_id(email), consistent=True)
    assert sum("key_hash" in item for item in items) <= 1
    return {"key" if "key_hash" in item else item["sk"]: item for item in items}


def test_verifying_opens_an_account(world: Any) -> None:
    email, token = signed_up(world)
    answered = call(handler, proxy_event("GET", "/verify", query={"token": token}))
    assert target(answered) == ("/dashboard", {"verified": "true"})
    made = records(world, email)
    assert set(made) == {"key", "USER_META", "PENDING_DISPLAY", "PENDING_RECOVERY_CODES"}
    shown = call(pending_key_handler, proxy_event(headers=started(answered))).json["api_key"]
    assert call(usage_handler, proxy_event(headers={"X-API-Key": shown})).json["tier"] == "free"
    key, user = made["key"], made["USER_META"]
    assert (key["key_suffix"], key["tier"], key["email"]) == (shown[-8:], "free", email)
    assert (key["email_verified"], key["payment_failures"], key["requests_this_month"]) == (True, 0, 0)
    assert (user["email"], user["key_count"], user["requests_this_month"]) == (email, 1, 0)
    assert (user["bonus_requests"], user["bonus_requests_lifetime"]) == (0, 0)
    assert len(user["referral_code"]) == 8
    assert user["referral_code"].isalnum()
    assert "referred_by" not in user
    codes = made["PENDING_RECOVERY_CODES"]["codes"]
    assert (len(codes), user["recovery_codes_count"], user["recovery_codes_shown"]) == (4, 4, False)
    assert recovery_codes.matches(codes[0], user["recovery_codes_hash"][0])
    for display in ("PENDING_DISPLAY", "PENDING_RECOVERY_CODES"):
        created = datetime.fromisoformat(made[display]["created_at"])
        assert made[display]["ttl"] == int((created + timedelta(minutes=5)).timestamp())


def test_of_many_who_follow_a_link_one_gets_in(world: Any, at_once: Any) -> None:
    email, token = signed_up(world)
    answers = at_once(lambda _: follow(world, token), 8)
    entered = [answered for answered in answers if "Set-Cookie" in answered.headers]
    assert [target(answered) for answered in entered] == [("/dashboard", {"verified": "true"})]
    refused = {refusal(answered) for answered in answers if answered not in entered}
    assert refused <= {"token_already_used", "invalid_token"}
    made = records(world, email)
    assert set(made) == {"key", "USER_META", "PENDING_DISPLAY", "PENDING_RECOVERY_CODES"}
    assert made["USER_META"]["key_count"] == 1
    assert refusal(follow(world, token)) == "invalid_token"


def test_a_link_replaced_in_the_same_moment_opens_nothing(world: Any) -> None:
    email, _ = signed_up(world)
    read = records(world, email)["PENDING"]
    assert pending_signups.renew(world.keys, email, datetime.now(UTC) + timedelta(minutes=2))
    assert open_account(world.keys, read, datetime.now(UTC)) is None
    assert set(records(world, email)) == {"PENDING"}


@pytest.mark.parametrize(
    ("token", "code"),
    [(None, "missing_token"), ("", "missing_token"), ("made-up", "invalid_token"), ("x" * 4000, "invalid_token")],
)
def test_links_nobody_sent(world: Any, token: str | None, code: str) -> None:
    assert refusal(follow(world, token)) == code


def test_a_token_of_another_record_is_none(world: Any) -> None:
    token = secrets.token_urlsafe(32)
    world.keys.put({"pk": "user_other", "sk": "USER_META", "verification_token": token})
    assert refusal(follow(world, token)) == "invalid_token"


@pytest.mark.parametrize("change", ["SET verification_expires = :then", "REMOVE verification_expires"])
def test_an_expired_link_is_used_up(world: Any, change: str) -> None:
    email, token = signed_up(world)
    values = {"then": iso(datetime.now(UTC))} if ":then" in change else {}
    world.keys.update((user_id(email), "PENDING"), change, values)
    assert refusal(follow(world, token)) == "token_expired"
    assert records(world, email) == {}
    assert refusal(follow(world, token)) == "invalid_token"


def test_an_account_that_is_there_is_entered(world: Any) -> None:
    email, token = signed_up(world)
    world.keys.put({"pk": user_id(email), "sk": "USER_META", "email": email, "tier": "pro", "key_count": 1})
    before = records(world, email)["USER_META"]
    answered = follow(world, token)
    assert target(answered) == ("/dashboard", {})
    assert started(answered)
    assert records(world, email) == {"USER_META": before}


def test_an_account_that_moved_to_another_address_is_not(world: Any) -> None:
    email, token = signed_up(world)
    world.keys.put({"pk": user_id(email), "sk": "USER_META", "email": f"new-{email}", "key_count": 1})
    assert refusal(follow(world, token)) == "invalid_token"


def referrer(world: Any, email: str = "referrer@example.com") -> tuple[str, str]:
    """A user who may refer others, and the referral code."""
    code = secrets.token_hex(4).upper()
    _, owner = world.user(referral_code=code, email=email, referral_total=2, referral_pending_count=1)
    return owner, code


def test_a_referred_user_gets_a_bonus_and_the_referrer_a_note(world: Any) -> None:
    by, code = referrer(world)
    email, token = signed_up(world, code)
    follow(world, token)
    user = records(world, email)["USER_META"]
    assert (user["bonus_requests"], user["bonus_requests_lifetime"]) == (10_000, 10_000)
    assert (user["referred_by"], user["referral_pending"]) == (by, True)
    referred_at = datetime.fromisoformat(user["referred_at"])
    assert datetime.fromisoformat(user["referral_pending_expires"]) - referred_at == timedelta(days=90)
    event = world.events.get((by, f"{user['pk']}#pending"))
    assert event["referred_email_masked"] == "pe**@example.com"
    assert (world.meta(by)["referral_total"], world.meta(by)["referral_pending_count"]) == (3, 2)


def test_nobody_refers_themselves(world: Any) -> None:
    name = secrets.token_hex(6)
    _, code = referrer(world, email=f"{name}@gmail.com")
    email = f"{name[:3]}.{name[3:]}+again@googlemail.com"
    token = pending_signups.begin(world.keys, email, code, datetime.now(UTC))
    follow(world, token or "")
    user = records(world, email)["USER_META"]
    assert (user["bonus_requests"], "referred_by" in user) == (0, False)


def test_a_referrer_who_is_gone_costs_nothing_but_the_bonus(world: Any) -> None:
    email, token = signed_up(world, "GONE1234")
    assert target(follow(world, token)) == ("/dashboard", {"verified": "true"})
    assert records(world, email)["USER_META"]["bonus_requests"] == 0


def test_without_codes_the_account_is_good(world: Any) -> None:
    email, token = signed_up(world)

    def fails(_: str) -> str:
        raise RuntimeError

    services = Services(world.keys, world.events, fails)
    made = verify(Call(Request(proxy_event(query={"token": token})), datetime.now(UTC)), services)
    assert made.headers["Location"].endswith("/dashboard?verified=true")
    assert set(records(world, email)) == {"key", "USER_META", "PENDING_DISPLAY"}


def test_without_the_sessions_secret_no_token_is_lost(world: Any, patched: pytest.MonkeyPatch) -> None:
    email, token = signed_up(world)
    patched.setenv("SESSION_SECRET_ARN", "there-is-no-such-secret")
    assert refusal(call(handler, proxy_event("GET", "/verify", query={"token": token}))) == "internal_error"
    assert set(records(world, email)) == {"PENDING"}


def test_refusals_take_their_time(world: Any, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("REDIRECT_FLOOR_SECONDS", "0.3")
    for query in ({"token": "made-up"}, None):
        began = time.perf_counter()
        refusal(call(handler, proxy_event("GET", "/verify", query=query)))
        assert time.perf_counter() - began >= 0.3
    patched.setenv("REDIRECT_FLOOR_SECONDS", "30")
    settings.cache_clear()
    _, token = signed_up(world)
    began = time.perf_counter()
    follow(world, token)
    assert time.perf_counter() - began < 30
