"""Login through Cognito, with the triggers as functions of the emulator."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.dynamodb import Table
from handlers.kefir.data.timestamps import iso
from handlers.kefir.login.limits import count_code
from handlers.kefir.login.pending_logins import delete_session
from tests.handlers.kefir.api.logins import EXPIRED, WRONG, login, other, refused, verify
from tests.handlers.kefir.kefir_api import ask, problems


def test_a_new_user_logs_in_twice(email: str, code: Any, table: Table, aws: Any, pool: str) -> None:
    users = []
    for written in (email, f"  {email.upper()} "):
        asked = login(written)
        body = asked.json
        session = body.pop("session")
        assert body == {"success": True, "message": "Verification code sent", "challenge": "CUSTOM_CHALLENGE"}
        kept = table.get((f"AUTH#{email}", "SESSION"))
        assert kept is not None
        assert kept["session"] == session
        assert abs(kept["TTL"] - time.time() - 180) < 60
        answer = verify(written, code(email))
        assert answer.status == 200, answer.text
        assert table.get((f"AUTH#{email}", "SESSION")) is None
        users.append(answer.json["user"])
        tokens = answer.json["tokens"]
        assert set(tokens) == {"idToken", "accessToken", "refreshToken", "expiresIn", "tokenType"}
        assert (tokens["expiresIn"], tokens["tokenType"]) == (3600, "Bearer")
        assert aws("cognito-idp").get_user(AccessToken=tokens["accessToken"])["Username"]
    first, second = users
    assert first == second
    assert set(first) == {"id", "email", "createdAt"}
    row = table.get((f"USER#{first['id']}", f"USER#{first['id']}"))
    assert row is not None
    assert (row["email"], row["createdAt"]) == (email, first["createdAt"])
    found = aws("cognito-idp").admin_get_user(UserPoolId=pool, Username=email)
    attributes = {each["Name"]: each["Value"] for each in found["UserAttributes"]}
    assert (found["UserStatus"], attributes["sub"], attributes["email_verified"]) == ("CONFIRMED", first["id"], "true")


def test_the_app_may_send_the_code_as_otp_and_the_session(email: str, code: Any, table: Table) -> None:
    session = login(email).json["session"]
    delete_session(table, email)
    answer = ask("POST /auth/verify", {"email": email, "otp": code(email), "session": session})
    assert answer.status == 200


def test_a_wrong_code_may_be_corrected(email: str, code: Any, mails: Any) -> None:
    login(email)
    right = code(email)
    answer = verify(email, other(right))
    assert refused(answer, WRONG)
    assert "session" not in answer.json  # anybody may have sent it
    assert refused(verify(email, other(right)), WRONG)
    assert len(mails(email)) == 1
    assert verify(email, right).status == 200


def test_three_wrong_codes_end_the_login(email: str, code: Any) -> None:
    login(email)
    right = code(email)
    assert all(refused(verify(email, other(right)), WRONG) for _ in range(3))
    assert refused(verify(email, right), EXPIRED)
    login(email)
    assert verify(email, code(email)).status == 200


def test_a_code_works_once(email: str, code: Any) -> None:
    session = login(email).json["session"]
    right = code(email)
    assert verify(email, right, session=session).status == 200
    assert verify(email, right, session=session).status == 401
    assert refused(verify(email, right), EXPIRED)


def test_an_expired_login(email: str, code: Any, table: Table) -> None:
    login(email)
    table.update((f"AUTH#{email}", "SESSION"), "SET expiresAt = :x", {"x": iso(datetime.now(UTC))})
    assert refused(verify(email, code(email)), EXPIRED)


def test_a_code_without_a_login(email: str) -> None:
    assert refused(verify(email, "123456"), EXPIRED)
    assert verify(email, "123456", session="x" * 30).status == 401


def test_a_code_proves_nothing_about_another_address(email: str, code: Any, table: Table) -> None:
    victim = f"victim-{email}"
    login(victim)
    session = login(email).json["session"]
    before = table.get((f"AUTH#{victim}", "SESSION"))
    assert refused(verify(victim, code(email), session=session), WRONG)
    assert verify(victim, "000000", session="x" * 30).status == 401
    assert table.get((f"AUTH#{victim}", "SESSION")) == before
    assert verify(victim, code(victim)).status == 200


def test_a_disabled_user_gets_the_same_response(email: str, aws: Any, pool: str, mails: Any) -> None:
    login(email)
    aws("cognito-idp").admin_disable_user(UserPoolId=pool, Username=email)
    asked = login(email)
    assert (asked.status, asked.json["message"]) == (200, "Verification code sent")
    assert len(mails(email)) == 1
    assert verify(email, "123456").status == 401


def test_at_most_five_codes_in_15_minutes(email: str, table: Table, at_once: Any) -> None:
    answers = at_once(lambda _: login(email), 8)
    assert sorted(answer.status for answer in answers) == [200] * 5 + [429] * 3
    refusal = next(answer for answer in answers if answer.status == 429)
    assert refusal.json["success"] is False
    assert login(email.upper()).status == 429
    later = datetime.now(UTC) + timedelta(minutes=15, seconds=1)
    assert [count_code(table, email, later) for _ in range(6)] == [True] * 5 + [False]


def test_a_guess_with_the_session_is_followed_by_one_without(email: str, code: Any) -> None:
    session = login(email).json["session"]
    right = code(email)
    answer = verify(email, other(right), session=session)
    assert refused(answer, WRONG)
    assert answer.json["session"]
    assert verify(email, right).status == 200


@pytest.mark.parametrize("email", ["", "a", "a@b", "@b.c", "a b@c.d", "a@b.c d", "a@@b.c", f"{'x' * 125}@b.c", "\n"])
def test_invalid_addresses(pool: str, email: str) -> None:
    for answer in (login(email), verify(email, "123456")):
        assert (answer.status, answer.json["error"], answer.json["success"]) == (400, "Invalid email address", False)


def test_invalid_bodies(pool: str) -> None:
    assert problems(ask("POST /auth/login", {})) == {"email": "Required"}
    assert set(problems(login(5))) == {"email"}
    assert problems(ask("POST /auth/login", None)) == {"body": "Request body is required"}
    assert problems(ask("POST /auth/verify", {"email": "a@b.c"})) == {"code": "Required"}
    for wrong in ("12345", "1234567", "12345\n", "12345a", "\u0661\u0661\u0661\u0661\u0661\u0661", 123456):
        assert set(problems(verify("a@b.c", wrong))) == {"code"}  # type: ignore[arg-type]


@pytest.mark.parametrize("email", ["ü@exämple.com", "a@exämple.com", "ü@example.com", "a@-b.example", "a@b.c1.2"])
def test_addresses_mail_cannot_be_sent_to(pool: str, email: str) -> None:
    answer = login(email)
    assert (answer.status, answer.json["error"]) == (400, "Invalid email address")


def test_a_code_that_cannot_be_sent_is_an_error(patched: Any, email: str, aws: Any) -> None:
    aws("ses").delete_identity(Identity="kefirproducer.com")
    try:
        answer = login(email)
    finally:
        aws("ses").verify_domain_identity(Domain="kefirproducer.com")
    assert (answer.status, answer.json["code"], answer.json["success"]) == (503, "SERVICE_UNAVAILABLE", False)
