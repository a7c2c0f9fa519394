"""POST /signup and POST /auth/resend-verification"""

from __future__ import annotations

import io
import json
import re
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.logs import logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.users import user_id
from handlers.pkgwatch.api.resend_verification import handler as resend_handler
from handlers.pkgwatch.api.signup import handler
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Answer, call, proxy_event

NOW = datetime.now(UTC)
VERIFY = re.compile(r"https://api\.pkgwatch\.dev/verify\?token=([\w-]{43})\s")
CALLBACK = re.compile(r"https://api\.pkgwatch\.dev/auth/callback\?token=([\w-]{43})\s")


def new_email() -> str:
    return f"person-{secrets.token_hex(6)}@example.com"


def signup(body: Any) -> Answer:
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    return call(handler, proxy_event("POST", "/signup", body=text))


def resend(email: str) -> Answer:
    return call(resend_handler, proxy_event("POST", "/auth/resend-verification", body=json.dumps({"email": email})))


def pending(world: Any, email: str) -> Any:
    return world.keys.get((user_id(email), "PENDING"), consistent=True)


def let_pass(world: Any, email: str, attribute: str, ago: timedelta) -> None:
    world.keys.update((user_id(email), "PENDING"), f"SET {attribute} = :then", {"then": iso(NOW - ago)})


def verified_user(world: Any, email: str) -> str:
    owner = user_id(email)
    key = {"pk": owner, "sk": secrets.token_hex(32), "email": email, "email_verified": True, "tier": "free"}
    world.keys.put(key)
    world.keys.put({"pk": owner, "sk": "USER_META", "email": email})
    return str(key["sk"])


def test_signing_up(world: Any) -> None:
    email = new_email()
    answer = signup({"email": f"  {email.title()} "})
    assert (answer.status, list(answer.json)) == (200, ["message"])
    item = pending(world, email)
    (mail,) = world.mails(email)
    assert mail["Source"] == "noreply@pkgwatch.dev"
    assert VERIFY.findall(mail["BodyText"]) == [item["verification_token"]]
    assert item["verification_token"] in mail["BodyHtml"]
    created = datetime.fromisoformat(item["created_at"])
    assert datetime.fromisoformat(item["verification_expires"]) - created == timedelta(hours=24)
    assert item["ttl"] == int((created + timedelta(hours=25)).timestamp())
    assert (item["email"], item["email_verified"], item["last_verification_sent"]) == (email, False, iso(created))
    assert "referral_code_used" not in item


@pytest.mark.parametrize("given", ["nobody1", "no code", "x", 5, None, ["ABCDEFGH"]])
def test_a_referral_code_that_is_none_is_dropped(world: Any, given: Any) -> None:
    email = new_email()
    assert signup({"email": email, "referral_code": given}).status == 200
    assert "referral_code_used" not in pending(world, email)


def test_a_referral_code_is_kept_until_the_address_is_verified(world: Any) -> None:
    code = f"C{secrets.token_hex(4)}"
    world.user(referral_code=code, email="referrer@example.com")
    email = new_email()
    signup({"email": email, "referral_code": code})
    assert pending(world, email)["referral_code_used"] == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "invalid_json"),
        ("[]", "invalid_json"),
        ('{"email": "\\ud800@example.com"}', "invalid_json"),
        (None, "invalid_email"),
        ({}, "invalid_email"),
        ({"email": None}, "invalid_email"),
        ({"email": "nobody"}, "invalid_email"),
        ({"email": "nobody@nowhere"}, "invalid_email"),
        ({"email": "a@example.com,b@example.com"}, "invalid_email"),
        ({"email": "a@example.com\nBcc: b@example.com"}, "invalid_email"),
        ({"email": "a@" + "x" * 250 + ".com"}, "invalid_email"),
        ({"email": "a@Mailinator.com"}, "disposable_email"),
        ({"email": "a@temp-mail.org"}, "disposable_email"),
    ],
)
def test_what_is_refused(world: Any, body: Any, code: str) -> None:
    answer = signup(body)
    assert (answer.status, answer.code) == (400, code)


def test_a_second_time_within_a_minute_nothing_is_sent(world: Any) -> None:
    email = new_email()
    first = signup({"email": email})
    before = pending(world, email)
    assert signup({"email": email}).text == first.text
    assert resend(email).status == 200
    assert pending(world, email) == before
    assert len(world.mails(email)) == 1


@pytest.mark.parametrize("again", [lambda email: signup({"email": email}), resend], ids=["signup", "resend"])
def test_after_a_minute_a_new_token_takes_the_old_ones_place(world: Any, again: Any) -> None:
    email = new_email()
    signup({"email": email})
    let_pass(world, email, "last_verification_sent", timedelta(seconds=60))
    before = pending(world, email)
    assert again(email).status == 200
    after = pending(world, email)
    assert after["verification_token"] != before["verification_token"]
    assert after["created_at"] == before["created_at"]
    assert after["verification_expires"] > before["verification_expires"]
    assert VERIFY.findall(world.mails(email)[-1]["BodyText"]) == [after["verification_token"]]


@pytest.mark.parametrize("expiry", ["past", "none"])
def test_a_sign_up_that_has_run_out_begins_anew(world: Any, expiry: str) -> None:
    email = new_email()
    signup({"email": email})
    if expiry == "past":
        let_pass(world, email, "verification_expires", timedelta(seconds=1))
    else:
        world.keys.update((user_id(email), "PENDING"), "REMOVE verification_expires", {})
    before = pending(world, email)
    signup({"email": email})
    assert pending(world, email)["created_at"] > before["created_at"]
    assert len(world.mails(email)) == 2


def test_an_account_gets_a_link_to_log_in(world: Any) -> None:
    email = new_email()
    sort_key = verified_user(world, email)
    answer = signup({"email": email})
    assert answer.text == signup({"email": new_email()}).text
    assert pending(world, email) is None
    record = world.keys.get((user_id(email), sort_key))
    assert CALLBACK.findall(world.mails(email)[0]["BodyText"]) == [record["magic_token"]]
    left = datetime.fromisoformat(record["magic_expires"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    signup({"email": email})
    assert len(world.mails(email)) == 1


def test_an_account_that_moved_to_another_address_cannot_be_entered_by_the_old_one(world: Any) -> None:
    email = new_email()
    verified_user(world, email)
    for item in world.keys.partition(user_id(email)):
        world.keys.update((item["pk"], item["sk"]), "SET email = :new", {"new": f"new-{email}"})
    assert signup({"email": email}).status == 200
    assert pending(world, email) is None
    assert world.mails(email) == []


@pytest.mark.parametrize("waiting", [False, True])
def test_many_at_once_send_one_mail(world: Any, at_once: Any, waiting: bool) -> None:
    email = new_email()
    if waiting:
        signup({"email": email})
        let_pass(world, email, "last_verification_sent", timedelta(hours=1))
    answers = at_once(lambda _: signup({"email": email}).status, 8)
    assert answers == [200] * 8
    mails = world.mails(email)
    assert len(mails) == 1 + waiting
    assert VERIFY.findall(mails[-1]["BodyText"]) == [pending(world, email)["verification_token"]]


@pytest.mark.parametrize(("email", "code"), [("nobody", "invalid_email"), ("", "invalid_email")])
def test_resending_to_what_is_no_address(world: Any, email: str, code: str) -> None:
    answer = resend(email)
    assert (answer.status, answer.code) == (400, code)


def test_resending_says_nothing_of_an_address(world: Any) -> None:
    known, unknown = new_email(), new_email()
    signup({"email": known})
    assert resend(known).text == resend(unknown).text
    assert world.mails(unknown) == []


def test_a_mail_that_cannot_be_sent_changes_nothing(world: Any, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("VERIFICATION_EMAIL_SENDER", "somebody@unverified.example")
    email, lines = new_email(), io.StringIO()
    output = logger.registered_handler
    before = output.setStream(lines)
    try:
        assert signup({"email": email}).status == 200
    finally:
        output.setStream(before)
    assert pending(world, email)
    line = json.loads(lines.getvalue().splitlines()[0])
    assert (line["message"], line["reason"], line["to"]) == (
        "Mail was not sent",
        "MessageRejected",
        "per***@example.com",
    )
    assert "exception" not in line  # SES names addresses in its own words
    assert email not in lines.getvalue()


def test_a_table_that_fails(world: Any, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("API_KEYS_TABLE", "there-is-no-such-table")
    for answer in (signup({"email": new_email()}), resend(new_email())):
        assert (answer.status, answer.code) == (500, "internal_error")


def test_every_answer_that_could_tell_takes_as_long(world: Any, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("RESPONSE_FLOOR_SECONDS", "0.4")
    known = new_email()
    verified_user(world, known)
    took = [_seconds(email) for email in (known, new_email())]
    assert all(seconds >= 0.4 for seconds in took), took
    patched.setenv("RESPONSE_FLOOR_SECONDS", "30")
    settings.cache_clear()
    assert _seconds("nobody") < 30


def _seconds(email: str) -> float:
    started = time.perf_counter()
    signup({"email": email})
    return time.perf_counter() - started
