"""The triggers of a login, one by one."""

from __future__ import annotations

import json
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from handlers.common.dynamodb import Table
from handlers.kefir.login.codes import Code, new_code, save_code
from handlers.kefir.login.sign_up_proofs import new_proof
from handlers.kefir.triggers import create_auth_challenge, define_auth_challenge, pre_sign_up, verify_auth_challenge
from tests.handlers.gateway import Context

RIGHT = {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": True, "challengeMetadata": "CODE-123456"}
WRONG = {**RIGHT, "challengeResult": False}
POSED = {"issueTokens": False, "failAuthentication": False, "challengeName": "CUSTOM_CHALLENGE"}
TOKENS = {"issueTokens": True, "failAuthentication": False}
FAILED = {"issueTokens": False, "failAuthentication": True}


@pytest.mark.parametrize(
    ("rounds", "more", "expected"),
    [
        ([], {}, POSED),
        (None, {}, POSED),
        ([WRONG], {}, POSED),
        ([WRONG] * 2, {}, POSED),
        ([WRONG] * 3, {}, FAILED),
        ([RIGHT], {}, TOKENS),
        ([WRONG, WRONG, RIGHT], {}, TOKENS),
        ([RIGHT, WRONG], {}, POSED),
        ([{**RIGHT, "challengeName": "SRP_A"}], {}, POSED),
        ([{**RIGHT, "challengeResult": None}], {}, POSED),
        ([RIGHT], {"userNotFound": True}, POSED),
        ([RIGHT] * 3, {"userNotFound": True}, FAILED),
    ],
)
def test_the_next_step_of_a_login(rounds: Any, more: dict[str, bool], expected: dict[str, Any]) -> None:
    event = {"request": {"session": rounds, **more}, "response": {"challengeName": None}}
    answer = define_auth_challenge.handler(event, Context())
    assert answer["response"] == {"challengeName": None, **expected}
    assert answer["request"] == event["request"]


def create(email: str = "", name: str = "", **more: Any) -> dict[str, Any]:
    """The response of the trigger that creates codes, for an address of its own unless one is given."""
    attributes = {"email": email or f"{secrets.token_hex(6)}@example.com"}
    event = {"userName": name, "request": {"session": [], "userAttributes": attributes, **more}, "response": {}}
    return dict(create_auth_challenge.handler(event, Context())["response"])


def code_of(response: dict[str, Any]) -> str:
    return str(response["privateChallengeParameters"]["code"])


def test_a_code_is_new_each_time_and_not_shown(patched: Any, caplog: Any) -> None:
    patched.setenv("STAGE", "dev")
    responses = [create() for _ in range(50)]
    codes = [code_of(each) for each in responses]
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    assert len(set(codes)) > 45
    assert [code for _, code in logged(caplog)] == codes
    assert not any(
        code in json.dumps(each["publicChallengeParameters"]) for code, each in zip(codes, responses, strict=True)
    )


def test_further_rounds_have_the_same_code_and_send_none(patched: Any, caplog: Any) -> None:
    patched.setenv("STAGE", "dev")
    first = create()
    again = create(session=[{"challengeMetadata": first["challengeMetadata"]}])
    assert again["privateChallengeParameters"] == first["privateChallengeParameters"]
    assert len(logged(caplog)) == 1


def test_nothing_is_sent_to_a_user_who_does_not_exist(patched: Any, caplog: Any) -> None:
    patched.setenv("STAGE", "dev")
    name = f"{secrets.token_hex(6)}@example.com"
    responses = [create(name=name, userNotFound=True, userAttributes={}) for _ in range(6)]
    assert [bool(code_of(each)) for each in responses] == [True] * 5 + [False]
    assert logged(caplog) == []
    known = [create(f"known-{name}") for _ in range(6)]
    assert [set(each["publicChallengeParameters"]) for each in known] == [
        set(each["publicChallengeParameters"]) for each in responses
    ]


def test_a_mailbox_gets_five_codes_however_its_address_is_written(patched: Any, caplog: Any) -> None:
    patched.setenv("STAGE", "dev")
    name = secrets.token_hex(6)
    written = [f"{name}@example.com", f"{name.upper()}@EXAMPLE.com", *(f"{name}+{n}@example.com" for n in range(6))]
    responses = [create(each) for each in written]
    assert [bool(code_of(each)) for each in responses] == [True] * 5 + [False] * 3
    assert len(logged(caplog)) == 5
    again = create(written[0], session=[{"challengeMetadata": responses[-1]["challengeMetadata"]}])
    assert again == responses[-1]
    assert again["publicChallengeParameters"] == {"medium": "email", "limited": "true"}


def logged(caplog: Any) -> list[tuple[str, str]]:
    """The addresses and codes in the log of a developer's stage."""
    lines = [record.__dict__ for record in caplog.records]
    return [(line["email"], line["code"]) for line in lines if "code" in line]


def check(code: Code, answer: Any, email: str = "a@example.com", **more: Any) -> bool:
    """What the trigger says of an answer."""
    sent = {"privateChallengeParameters": {"code": code.digits, "codeId": code.id}, "challengeAnswer": answer}
    event = {"request": {"userAttributes": {"email": email}, **sent, **more}, "response": {"answerCorrect": None}}
    (right,) = verify_auth_challenge.handler(event, Context())["response"].values()
    return bool(right)


@pytest.mark.parametrize(
    ("digits", "answer", "more", "right"),
    [("123456", "123456", {}, True), ("123456", "123457", {}, False), ("123456", "", {}, False),
     ("123456", None, {}, False), ("", "", {}, False), ("123456", "\u0661", {}, False),
     ("123456", "123456", {"userNotFound": True}, False)],
)  # fmt: skip
def test_codes_are_compared(table: Table, digits: str, answer: Any, more: dict[str, bool], right: bool) -> None:
    code = Code(secrets.token_hex(8), digits)
    save_code(table, "a@example.com", code, datetime.now(UTC))
    assert check(code, answer, **more) is right


def test_a_code_is_guessed_three_times_even_at_the_same_moment(table: Table, at_once: Any) -> None:
    code, email = new_code(), f"{secrets.token_hex(6)}@example.com"
    save_code(table, email, code, datetime.now(UTC))
    assert at_once(lambda _: check(code, code.digits, email), 12).count(True) == 3
    assert not check(code, code.digits, email)


def test_a_code_that_is_unknown_or_too_old_is_no_longer_right(table: Table) -> None:
    code, late = new_code(), new_code()
    assert not check(code, code.digits)
    save_code(table, "a@example.com", late, datetime.now(UTC) - timedelta(minutes=3))
    assert not check(late, late.digits)
    save_code(table, "b@example.com", code, datetime.now(UTC))
    assert not check(code, code.digits)  # it was sent to another address


def admitted(email: str, proof: str | None, source: str = "PreSignUp_SignUp") -> dict[str, Any]:
    """The response of the trigger that admits users."""
    data = None if proof is None else {"proof": proof}
    event = {
        "triggerSource": source,
        "request": {"userAttributes": {"email": email}, "validationData": data},
        "response": {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
    }
    return dict(pre_sign_up.handler(event, Context())["response"])


def test_whoever_logs_in_is_confirmed_at_once(table: Table) -> None:
    proof = new_proof(table, "a@example.com", datetime.now(UTC))
    expected = {"autoConfirmUser": True, "autoVerifyEmail": True, "autoVerifyPhone": False}
    assert admitted("a@example.com", proof) == expected
    assert admitted("A@example.com", proof) == expected  # Cognito calls a slow trigger again


def test_nobody_signs_up_without_a_proof_for_their_address(table: Table) -> None:
    now = datetime.now(UTC)
    fresh, old = new_proof(table, "a@example.com", now), new_proof(table, "a@example.com", now - timedelta(minutes=1))
    for email, proof in (("a@example.com", None), ("a@example.com", ""), ("a@example.com", "x" * 43),
                         ("b@example.com", fresh), ("a@example.com", old)):  # fmt: skip
        with pytest.raises(pre_sign_up.SignUpRefused, match="POST /auth/login"):
            admitted(email, proof)
    with pytest.raises(pre_sign_up.SignUpRefused):
        admitted("a@example.com", None, "PreSignUp_ExternalProvider")


def test_an_operator_may_create_users_whom_nothing_confirms(table: Table) -> None:
    assert not any(admitted("a@example.com", None, "PreSignUp_AdminCreateUser").values())


@pytest.mark.parametrize("stage", ["prod", "", "Dev"])
def test_codes_are_mailed_and_not_logged(patched: Any, caplog: Any, mails: Any, stage: str) -> None:
    patched.setenv("STAGE", stage)
    patched.setenv("FROM_EMAIL", "login@kefirproducer.com")
    reader = f"{secrets.token_hex(6)}@example.com"
    code = code_of(create(reader))
    (mail,) = mails(reader)
    assert code in mail["BodyText"]
    assert code in mail["BodyHtml"]
    assert code not in str([record.__dict__ for record in caplog.records])


@pytest.mark.parametrize("sender", ["", "nobody@unverified.example"])
def test_a_developer_reads_codes_in_the_log_even_without_mail(patched: Any, caplog: Any, sender: str) -> None:
    patched.setenv("STAGE", "dev")
    patched.setenv("FROM_EMAIL", sender)
    email = f"{secrets.token_hex(6)}@example.com"
    code = code_of(create(email))
    assert logged(caplog) == [(email, code)]


def test_on_other_stages_a_code_that_cannot_be_mailed_is_an_error(patched: Any) -> None:
    patched.setenv("FROM_EMAIL", "nobody@unverified.example")
    with pytest.raises(ClientError):
        create()
