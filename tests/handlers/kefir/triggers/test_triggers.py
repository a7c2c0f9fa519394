"""The triggers of a login, one by one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

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


def create(email: str = "a@example.com", **more: Any) -> dict[str, Any]:
    """The response of the trigger that creates codes."""
    event = {"request": {"session": [], "userAttributes": {"email": email}, **more}, "response": {}}
    return dict(create_auth_challenge.handler(event, Context())["response"])


def code_of(response: dict[str, Any]) -> str:
    return str(response["privateChallengeParameters"]["code"])


def test_a_code_is_new_each_time_and_not_shown(patched: Any, caplog: Any) -> None:
    patched.setenv("STAGE", "dev")
    responses = [create() for _ in range(50)]
    codes = [code_of(each) for each in responses]
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    assert len(set(codes)) > 45
    assert logged(caplog) == [("a@example.com", code) for code in codes]
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
    assert code_of(create(userNotFound=True))
    assert logged(caplog) == []


def logged(caplog: Any) -> list[tuple[str, str]]:
    """The addresses and codes in the log of a developer's stage."""
    lines = [record.__dict__ for record in caplog.records]
    return [(line["email"], line["code"]) for line in lines if "code" in line]


@pytest.mark.parametrize(
    ("code", "answer", "more", "right"),
    [("123456", "123456", {}, True), ("123456", "123457", {}, False), ("123456", "", {}, False),
     ("123456", None, {}, False), ("", "", {}, False), ("123456", "\u0661", {}, False),
     ("123456", "123456", {"userNotFound": True}, False)],
)  # fmt: skip
def test_codes_are_compared(code: str, answer: Any, more: dict[str, bool], right: bool) -> None:
    request = {"privateChallengeParameters": {"code": code}, "challengeAnswer": answer, **more}
    event = {"request": request, "response": {"answerCorrect": None}}
    assert verify_auth_challenge.handler(event, Context())["response"] == {"answerCorrect": right}


def test_users_are_confirmed_at_once() -> None:
    event = {"request": {}, "response": {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}}
    expected = {"autoConfirmUser": True, "autoVerifyEmail": True, "autoVerifyPhone": False}
    assert pre_sign_up.handler(event, Context())["response"] == expected


@pytest.mark.parametrize("stage", ["prod", "", "Dev"])
def test_codes_are_mailed_and_not_logged(patched: Any, caplog: Any, mails: Any, stage: str) -> None:
    patched.setenv("STAGE", stage)
    patched.setenv("FROM_EMAIL", "login@kefirproducer.com")
    code = code_of(create(f"reader{stage}@example.com"))
    (mail,) = mails(f"reader{stage}@example.com")
    assert code in mail["BodyText"]
    assert code in mail["BodyHtml"]
    assert code not in str([record.__dict__ for record in caplog.records])


@pytest.mark.parametrize("sender", ["", "nobody@unverified.example"])
def test_a_developer_reads_codes_in_the_log_even_without_mail(patched: Any, caplog: Any, sender: str) -> None:
    patched.setenv("STAGE", "dev")
    patched.setenv("FROM_EMAIL", sender)
    code = code_of(create())
    assert logged(caplog) == [("a@example.com", code)]


def test_on_other_stages_a_code_that_cannot_be_mailed_is_an_error(patched: Any) -> None:
    patched.setenv("FROM_EMAIL", "nobody@unverified.example")
    with pytest.raises(ClientError):
        create()
