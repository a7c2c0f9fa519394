"""POST /recovery/initiate and POST /recovery/verify-api-key"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.timestamps import iso
from handlers.pkgwatch.api.recovery_initiate import handler
from handlers.pkgwatch.api.recovery_verify_api_key import handler as by_key
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Answer
from tests.handlers.pkgwatch.fixtures.recoveries import Account, post

LINK = re.compile(r"https://api\.pkgwatch\.dev/auth/callback\?token=([\w-]{43})\s")


def start(email: str) -> Answer:
    return post(handler, {"email": email})


def session_of(account: Account) -> str:
    return str(start(account.email).json["recovery_session_id"])


def verify(session: str, key: str) -> Answer:
    return post(by_key, {"recovery_session_id": session, "api_key": key})


@contextmanager
def counted(world: Any) -> Iterator[list[str]]:
    """The operations sent to DynamoDB."""
    seen: list[str] = []

    def note(event_name: str, **_: Any) -> None:
        seen.append(event_name.rpartition(".")[2])

    events = world.keys.client.meta.events
    events.register("before-send.dynamodb", note)
    yield seen
    events.unregister("before-send.dynamodb", note)


def test_a_recovery_is_started(world: Any) -> None:
    account = Account().store(world)
    answer = start(f" {account.email.upper()} ")
    assert answer.status == 200
    assert list(answer.json) == ["recovery_session_id", "masked_email", "has_recovery_codes", "message"]
    assert (answer.json["masked_email"], answer.json["has_recovery_codes"]) == ("o***@example.com", True)
    item = account.recovery(world)
    assert item["recovery_session_id"] == answer.json["recovery_session_id"]
    assert (item["email"], item["verified"], item["verify_attempts"]) == (account.email, False, 0)
    assert abs(item["ttl"] - time.time() - 4 * 3600) < 60
    assert world.meta(account.owner)["recovery_attempts_today"] == 1


def test_an_unknown_address_gets_the_same_answer(world: Any) -> None:
    known, unknown, other = Account().store(world, codes=()), Account(), Account().store(world)
    made = []
    for account in (known, unknown, other):
        start(account.email)  # the first of a day begins an account's count
        with counted(world) as operations:
            made.append((start(account.email), operations))
    answers = [answer for answer, _ in made]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert [dict(answer.headers) for answer in answers] == [dict(answers[0].headers)] * 3
    assert [done for _, done in made] == [["Query", "GetItem", "UpdateItem", "PutItem"]] * 3
    bodies = [answer.json for answer in answers]
    sessions = [body.pop("recovery_session_id") for body in bodies]
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["has_recovery_codes"] is True
    assert {len(session) for session in sessions} == {43}
    assert world.keys.partition(unknown.owner) == []
    refused = [verify(sessions[1], known.clear), verify(sessions[2], known.clear)]
    assert refused[0].json == refused[1].json
    assert refused[0].code == "invalid_credentials"


def test_an_account_that_waits_for_verification_is_none(world: Any) -> None:
    account = Account()
    world.keys.put({"pk": account.owner, "sk": "PENDING", "email": account.email})
    assert start(account.email).status == 200
    assert len(world.keys.partition(account.owner)) == 1


@pytest.mark.parametrize("known", [True, False])
def test_ten_attempts_a_day_however_many_come_at_once(world: Any, at_once: Any, known: bool) -> None:
    account = Account().store(world) if known else Account()
    answers = at_once(lambda _: start(account.email), 14)
    assert [answer.status for answer in answers].count(200) == 10
    refused = [answer for answer in answers if answer.status != 200]
    assert {(answer.status, answer.code, answer.headers["Retry-After"]) for answer in refused} == {
        (429, "rate_limited", "3600")
    }
    if known:
        assert world.meta(account.owner)["recovery_attempts_today"] == 10


def test_the_next_day_counts_anew(world: Any, at_once: Any) -> None:
    yesterday = iso(datetime.now(UTC) - timedelta(days=1))
    account = Account().store(world, recovery_attempts_today=10, recovery_attempts_reset_at=yesterday)
    assert {answer.status for answer in at_once(lambda _: start(account.email), 4)} == {200}
    assert world.meta(account.owner)["recovery_attempts_today"] == 4


def test_an_account_without_a_record_can_be_recovered(world: Any) -> None:
    account = Account().store(world)
    world.keys.delete((account.owner, "USER_META"))
    assert start(account.email).json["has_recovery_codes"] is True
    assert world.meta(account.owner) == {}
    assert verify(account.recovery(world)["recovery_session_id"], account.clear).status == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "invalid_json"),
        ("[]", "invalid_json"),
        ({}, "invalid_email"),
        ({"email": 5}, "invalid_email"),
        ({"email": "nobody"}, "invalid_email"),
    ],
)
def test_what_is_no_address_is_refused(world: Any, body: Any, code: str) -> None:
    answer = post(handler, body)
    assert (answer.status, answer.code) == (400, code)


def test_a_key_brings_a_login_to_the_known_address(world: Any) -> None:
    account = Account().store(world)
    session = session_of(account)
    answer = verify(session, f" {account.clear} ")
    assert (answer.status, answer.json["method"]) == (200, "api_key")
    item = account.recovery(world)
    assert (item["verified"], item["recovery_method"]) == (True, "api_key")
    assert "recovery_token" not in item
    (mail,) = world.mails(account.email)
    assert mail["Source"] == "noreply@pkgwatch.dev"
    assert "15 minutes" in mail["BodyText"]
    assert "new keys" in mail["BodyText"]
    token = LINK.search(mail["BodyText"])
    assert token
    found = world.keys.query("magic-token-index", "magic_token", token.group(1))
    assert [record["pk"] for record in found] == [account.owner]
    assert verify(session, account.clear).status == 200
    assert len(world.mails(account.email)) == 1  # not another one a moment later


def test_keys_that_do_not_fit(world: Any) -> None:
    account, stranger = Account().store(world), Account().store(world)
    session = session_of(account)
    assert verify(session, stranger.clear).code == "invalid_credentials"
    assert verify(session, f"pw_{secrets.token_urlsafe(32)}").code == "invalid_credentials"
    assert verify("x" * 43, account.clear).code == "invalid_session"
    assert verify("x" * 3000, account.clear).code == "invalid_session"
    assert account.recovery(world)["verified"] is False
    assert world.mails(account.email) == world.mails(stranger.email) == []


def test_a_recovery_ends_after_four_hours(world: Any) -> None:
    account = Account().store(world)
    session = session_of(account)
    item = account.recovery(world)
    world.keys.update((item["pk"], item["sk"]), "SET #ttl = :past", {"past": int(time.time()) - 1})
    assert verify(session, account.clear).code == "session_expired"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("no", "invalid_json"),
        ({"api_key": "pw_x"}, "missing_session"),
        ({"recovery_session_id": " ", "api_key": "pw_x"}, "missing_session"),
        ({"recovery_session_id": 7, "api_key": "pw_x"}, "missing_session"),
        ({"recovery_session_id": "x"}, "missing_api_key"),
        ({"recovery_session_id": "x", "api_key": "sk_x"}, "invalid_api_key"),
    ],
)
def test_what_is_no_proof_is_refused(world: Any, body: Any, code: str) -> None:
    answer = post(by_key, body)
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize("email", ["known", "unknown"])
def test_answers_take_their_time(world: Any, environment: pytest.MonkeyPatch, email: str) -> None:
    account = Account().store(world) if email == "known" else Account()
    with environment.context() as patch:
        patch.setenv("RESPONSE_FLOOR_SECONDS", "0.4")
        settings.cache_clear()
        started = time.monotonic()
        assert start(account.email).status == 200
        assert time.monotonic() - started >= 0.4
        patch.setenv("RESPONSE_FLOOR_SECONDS", "30")
        settings.cache_clear()
        started = time.monotonic()
        assert start("nobody").status == 400
        assert time.monotonic() - started < 30
    settings.cache_clear()
