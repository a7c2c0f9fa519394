"""POST /referral/add-code and GET /r/{code}"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.timestamps import iso
from handlers.pkgwatch.api.add_referral_code import handler
from handlers.pkgwatch.api.referral_redirect import handler as redirect_handler
from handlers.pkgwatch.referrals import referral_codes
from handlers.pkgwatch.referrals.events import Referral
from handlers.pkgwatch.referrals.pending_referrals import record_pending
from tests.handlers.gateway import Answer, call, proxy_event
from tests.handlers.pkgwatch.fixtures.login import ask, target
from tests.handlers.pkgwatch.fixtures.referrals import member, states

NOW = datetime.now(UTC)


def add(user: str, code: Any) -> Answer:
    return ask(handler, user, "POST", body=json.dumps({"code": code}))


def code_of(world: Any, user: str) -> str:
    return str(world.meta(user)["referral_code"])


def test_a_code_brings_a_bonus_and_a_referral(world: Any) -> None:
    referrer, user = member(world), member(world)
    answer = add(user, code_of(world, referrer))
    assert (answer.status, answer.json["bonus_added"]) == (200, 10_000)
    assert list(answer.json) == ["message", "bonus_added"]
    own = world.meta(user)
    assert (own["referred_by"], own["referral_pending"]) == (referrer, True)
    assert (own["bonus_requests"], own["bonus_requests_lifetime"]) == (10_000, 10_000)
    assert own["referral_pending_expires"] > iso(NOW + timedelta(days=89))
    event = world.events.get((referrer, f"{user}#pending"))
    assert (event["event_type"], event["referred_id"], event["reward_amount"]) == ("pending", user, 0)
    assert event["referred_email_masked"] == "me**@example.com"
    assert abs(event["ttl"] - (NOW + timedelta(days=90)).timestamp()) < 3600
    theirs = world.meta(referrer)
    assert (theirs["referral_total"], theirs["referral_pending_count"]) == (1, 1)


def test_a_user_is_referred_once_however_many_codes_come_at_once(world: Any, at_once: Any) -> None:
    referrers, user = [member(world) for _ in range(3)], member(world)
    codes = [code_of(world, referrer) for referrer in referrers]
    answers = at_once(lambda number: add(user, codes[number % 3]), 9)
    seen = Counter(answer.status if answer.status == 200 else answer.code for answer in answers)
    assert seen == {200: 1, "already_referred": 8}
    assert world.meta(user)["bonus_requests"] == 10_000
    assert sum(world.meta(referrer).get("referral_total", 0) for referrer in referrers) == 1
    assert sum(len(world.events.partition(referrer)) for referrer in referrers) == 1


def test_many_users_of_one_code_are_all_counted(world: Any, at_once: Any) -> None:
    referrer, users = member(world), [member(world) for _ in range(8)]
    code = code_of(world, referrer)
    assert {answer.status for answer in at_once(lambda number: add(users[number], code), 8)} == {200}
    theirs = world.meta(referrer)
    assert theirs["referral_total"] == theirs["referral_pending_count"] == len(world.events.partition(referrer)) == 8


@pytest.mark.parametrize(("had", "given"), [(490_000, 10_000), (495_000, 5_000), (500_000, 0)])
def test_the_bonus_ends_at_the_lifetime_cap(world: Any, had: int, given: int) -> None:
    user = member(world, bonus_requests_lifetime=had, bonus_requests=7)
    assert add(user, code_of(world, member(world))).json["bonus_added"] == given
    own = world.meta(user)
    assert (own["bonus_requests_lifetime"], own["bonus_requests"]) == (had + given, 7 + given)


@pytest.mark.parametrize(
    ("meta", "code"),
    [
        ({"created_at": None}, "invalid_account"),
        ({"created_at": "long ago"}, "invalid_account"),
        ({"created_at": iso(NOW - timedelta(days=14, minutes=1))}, "window_expired"),
    ],
)
def test_accounts_that_cannot_be_referred(world: Any, meta: Any, code: str) -> None:
    answer = add(member(world, **meta), code_of(world, member(world)))
    assert (answer.status, answer.code) == (400, code)


def test_on_the_last_day(world: Any) -> None:
    user = member(world, created_at=iso(NOW - timedelta(days=14) + timedelta(hours=1)))
    assert add(user, code_of(world, member(world))).status == 200


def test_who_was_referred_before_is_not_again(world: Any) -> None:
    user = member(world, age=timedelta(days=99), referred_by="user_somebody")
    answer = add(user, code_of(world, member(world)))
    assert (answer.status, answer.code) == (409, "already_referred")


def test_ones_own_code(world: Any) -> None:
    user = member(world)
    assert add(user, code_of(world, user)).code == "self_referral"


def test_another_spelling_of_ones_own_mailbox(world: Any) -> None:
    referrer, user = member(world, email="Some.One+x@googlemail.com"), member(world, email="someone@gmail.com")
    assert add(user, code_of(world, referrer)).code == "self_referral"


def test_a_code_nobody_has(world: Any) -> None:
    user = member(world)
    answer = add(user, "nobodys1")
    assert (answer.status, answer.code) == (400, "code_not_found")
    assert "referred_by" not in world.meta(user)


@pytest.mark.parametrize("code", ["short", "thirteen-long", "sp ace1", "<script>", "", 5, None, ["abcdef"]])
def test_what_is_no_code(world: Any, code: Any) -> None:
    answer = add(member(world), code)
    assert (answer.status, answer.code) == (400, "invalid_code")


@pytest.mark.parametrize(
    ("body", "code"),
    [("{", "invalid_json"), ("5", "invalid_json"), ("", "invalid_code"), ("x" * 1001, "payload_too_large")],
)
def test_what_is_no_request(world: Any, body: str, code: str) -> None:
    answer = ask(handler, member(world), "POST", body=body)
    assert (answer.status, answer.code) == (400, code)


def test_accounts_that_are_gone_and_sessions_that_are_none(world: Any) -> None:
    answer = add("user_of_nobody", "abcdef12")
    assert (answer.status, answer.code) == (404, "user_not_found")
    assert call(handler, proxy_event("POST", body="{}")).code == "unauthorized"


def test_a_referral_is_noted_once(world: Any, at_once: Any) -> None:
    referrer = member(world)
    referral = Referral(referrer, "user_new")
    noted = at_once(lambda _: record_pending(world.keys, world.events, referral, "ab@example.com", NOW), 5)
    assert noted.count(True) == 1
    assert world.meta(referrer)["referral_pending_count"] == 1
    assert world.events.get(referral.key("pending"))["referred_email_masked"] == "a*@example.com"
    gone = Referral("user_of_nobody", "user_new")
    assert not record_pending(world.keys, world.events, gone, "ab@example.com", NOW)
    assert states(world, gone) == []


def test_new_codes_can_be_resolved(world: Any) -> None:
    code = referral_codes.new_code(world.keys)
    assert (len(code), code.isalnum(), code.isupper()) == (8, True, True)
    assert referral_codes.resolve(world.keys, code) is None
    user = member(world, referral_code=code)
    assert referral_codes.resolve(world.keys, code) == referral_codes.Referrer(user, world.meta(user)["email"])
    assert referral_codes.resolve(world.keys, "") is None


@pytest.mark.parametrize(
    ("code", "query"),
    [
        ("AbC-_123", {"ref": "AbC-_123"}),
        ("short", {}),
        ("a" * 13, {}),
        ("a%0d%0aX: y", {}),
        ("abcdef\n", {}),
        (None, {}),
    ],
)
def test_links_lead_to_the_start(code: str | None, query: dict[str, str]) -> None:
    answer = call(redirect_handler, proxy_event("GET", "/r/{code}", path={"code": code} if code else None))
    assert target(answer) == ("/start", query)
