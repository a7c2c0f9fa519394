"""Does one get into Kefir by the code in one's mail, and in no other way?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.kefir.app import Kefir, User, wrong
from tests.handlers.gateway import http_event

pytestmark = pytest.mark.e2e


def test_a_code_from_the_mail_makes_a_user_and_opens_their_routes(kefir: Kefir) -> None:
    user = kefir.user()
    assert user.ask("GET", "/batches").status == 401
    asked = user.asks_for_code()
    assert asked.status == 200
    assert asked.json() | {"session": ""} == {
        "success": True,
        "message": "Verification code sent",
        "challenge": "CUSTOM_CHALLENGE",
        "session": "",
    }
    (code,) = user.codes()
    answer = user.answers(code)
    assert answer.status == 200, answer.body
    told, tokens = answer.json()["user"], answer.json()["tokens"]
    assert told["email"] == user.email
    assert (tokens["expiresIn"], tokens["tokenType"]) == (3600, "Bearer")
    assert kefir.ask("GET", "/batches", token=tokens["idToken"]).json()["count"] == 0
    assert kefir.ask("GET", "/batches", token=tokens["accessToken"]).status == 200
    assert kefir.ask("GET", "/batches", token=tokens["idToken"] + "x").status == 401
    again = kefir.user()
    again.email = user.email
    assert again.logs_in().id == told["id"]


def test_the_operator_reads_the_code_too(kefir: Kefir) -> None:
    """In the mail, and on stages of developers in the log."""
    user = kefir.user()
    user.asks_for_code()
    mail = kefir.project.rows("local", "mail", "--to", user.email)
    assert [row["subject"] for row in mail] == ["Your Kefir login code"]
    log = kefir.project.pkgops("tail-logs", "create-auth-challenge", "--system", "kefir", "--since", "5m").stdout
    assert user.codes()[0] in log


def test_a_wrong_code_leaves_two_more_tries_with_the_same_code(kefir: Kefir) -> None:
    user = kefir.user()
    user.asks_for_code()
    (code,) = user.codes()
    for _ in range(2):
        answer = user.answers(wrong(code))
        assert (answer.status, answer.json()["error"]) == (401, "Invalid verification code")
    assert user.answers(code).status == 200
    assert user.codes() == [code]


def test_three_wrong_codes_end_the_login(kefir: Kefir) -> None:
    user = kefir.user()
    user.asks_for_code()
    (code,) = user.codes()
    assert [user.answers(wrong(code)).status for _ in range(3)] == [401] * 3
    answer = user.answers(code)
    assert (answer.status, answer.json()["error"]) == (401, "Verification code expired")
    user.logs_in()


def test_a_code_works_once(kefir: Kefir) -> None:
    user = kefir.user()
    session = user.asks_for_code().json()["session"]
    (code,) = user.codes()
    assert user.answers(code, session=session).status == 200
    assert user.answers(code).status == 401
    assert user.answers(code, session=session).status == 401


def test_a_session_that_is_over_takes_no_code(kefir: Kefir) -> None:
    user = kefir.user()
    user.asks_for_code()
    kefir.table.update_item(
        TableName=kefir.outputs["TableName"],
        Key={"PK": {"S": f"AUTH#{user.email}"}, "SK": {"S": "SESSION"}},
        UpdateExpression="SET expiresAt = :past",
        ExpressionAttributeValues={":past": {"S": "2020-01-01T00:00:00.000Z"}},
    )
    answer = user.answers(user.codes()[0])
    assert (answer.status, answer.json()["error"]) == (401, "Verification code expired")


def test_nobody_waits_for_a_code_they_did_not_ask_for(kefir: Kefir) -> None:
    answer = kefir.user().answers("123456")
    assert (answer.status, answer.json()["error"]) == (401, "Verification code expired")
    assert kefir.user().answers("123456", session="x" * 40).status == 401


def test_a_code_is_no_use_to_another_address(kefir: Kefir) -> None:
    one, other = kefir.user(), kefir.user()
    session = one.asks_for_code().json()["session"]
    other.asks_for_code()
    (code,) = one.codes()
    assert code != other.codes()[0]
    assert other.answers(code).status == 401
    assert other.answers(code, session=session).status == 401


def test_the_answer_does_not_tell_known_addresses_from_unknown_ones(kefir: Kefir) -> None:
    known = kefir.user().logs_in()
    first, second = known.asks_for_code(), kefir.user().asks_for_code()
    shapes = [{**answer.json(), "session": ""} for answer in (first, second)]
    assert first.status == second.status == 200
    assert shapes[0] == shapes[1]


def test_codes_are_sent_five_times_in_a_quarter_of_an_hour(kefir: Kefir) -> None:
    user = kefir.user()
    assert [user.asks_for_code().status for _ in range(6)] == [200] * 5 + [429]
    assert len(user.codes()) == 5
    assert kefir.user().asks_for_code().status == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/auth/login", b""),
        ("/auth/login", b"{"),
        ("/auth/login", b"[]"),
        ("/auth/login", b"{}"),
        ("/auth/login", b'{"email": 5}'),
        ("/auth/login", b'{"email": "nobody"}'),
        ("/auth/verify", b'{"email": "a@example.net"}'),
        ("/auth/verify", b'{"email": "a@example.net", "code": "12345"}'),
        ("/auth/verify", b'{"email": "a@example.net", "code": 123456}'),
    ],
)
def test_what_is_no_login_is_refused(kefir: Kefir, path: str, body: bytes) -> None:
    answer = kefir.ask("POST", path, body)
    assert answer.status == 400, answer.body
    assert answer.json()["success"] is False


def test_browsers_may_call_from_anywhere_outside_production(kefir: Kefir) -> None:
    answer = kefir.ask(
        "OPTIONS", "/batches", Origin="https://app.example", **{"Access-Control-Request-Method": "PATCH"}
    )
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert set(answer.headers["access-control-allow-methods"].split(",")) >= {"PATCH", "DELETE"}
    assert kefir.ask("GET", "/health").json() == {"message": "Not Found"}


def test_the_refresh_token_is_for_the_pools_client(kefir: Kefir) -> None:
    """The app renews its tokens at Cognito itself."""
    user: User = kefir.user().logs_in()
    sent = {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": user.tokens["refreshToken"]}}
    token = kefir.cognito("InitiateAuth", **sent).json()["AuthenticationResult"]["IdToken"]
    assert kefir.ask("GET", "/batches", token=token).status == 200


def test_nobody_takes_an_address_before_its_owner_comes(kefir: Kefir) -> None:
    owner = kefir.user()
    password = {"Username": owner.email, "Password": "Attacker-1"}
    for more in ({}, {"ValidationData": [{"Name": "proof", "Value": "x" * 43}]}):
        answer = kefir.cognito("SignUp", **password, **more)
        assert (answer.status, answer.json()["__type"]) == (400, "UserLambdaValidationException")
        assert "POST /auth/login" in answer.json()["message"]
    owner.logs_in()
    assert kefir.cognito("SignUp", **password).json()["__type"] == "UsernameExistsException"
    with_password = {"USERNAME": owner.email, "PASSWORD": "Attacker-1", "SRP_A": "ab" * 48}
    for flow in ("USER_PASSWORD_AUTH", "USER_SRP_AUTH", "USER_AUTH"):
        answer = kefir.cognito("InitiateAuth", AuthFlow=flow, AuthParameters=with_password)
        assert (answer.status, answer.json()["__type"]) == (400, "InvalidParameterException")
    for challenge in ("NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA", "PASSWORD_VERIFIER", "MFA_SETUP"):
        responses = {"USERNAME": owner.email, "NEW_PASSWORD": "Attacker-1"}
        answer = kefir.cognito("RespondToAuthChallenge", ChallengeName=challenge, ChallengeResponses=responses)
        assert answer.status == 400, answer.body


def test_thirty_strangers_at_cognito_get_five_codes_sent(kefir: Kefir, at_once: Any) -> None:
    """The documented limit of a mailbox, wherever the request comes from and however many come at once."""
    owner = kefir.user()
    session = owner.asks_for_code().json()["session"]
    (code,) = owner.codes()
    sent = {"AuthFlow": "CUSTOM_AUTH", "AuthParameters": {"USERNAME": owner.email}}
    posed = [answer.json() for answer in at_once(lambda _: kefir.cognito("InitiateAuth", **sent), 30)]
    assert len(owner.codes()) == 5
    assert owner.asks_for_code().status == 429

    codes = owner.codes()
    usable = [begun["Session"] for begun in posed if "limited" not in begun["ChallengeParameters"]]
    limited = [begun["Session"] for begun in posed if "limited" in begun["ChallengeParameters"]]
    assert (len(usable), len(limited)) == (4, 26)

    def opens(session: str, answer: str) -> bool:
        responses = {"USERNAME": owner.email, "ANSWER": answer}
        sent = {"ChallengeName": "CUSTOM_CHALLENGE", "Session": session, "ChallengeResponses": responses}
        return "AuthenticationResult" in kefir.cognito("RespondToAuthChallenge", **sent).json()

    guesses = [digits for digits in (f"{number:06d}" for number in range(30)) if digits not in codes][:12]
    assert not any(at_once(lambda number: opens(usable[number % 4], guesses[number]), 12))
    assert not any(opens(session, each) for session in (*usable, *limited[:2]) for each in codes)
    assert owner.answers(code, session=session).status == 200


def test_a_strangers_wrong_codes_do_not_end_the_owners_login(kefir: Kefir, at_once: Any) -> None:
    owner = kefir.user()
    session = owner.asks_for_code().json()["session"]
    (code,) = owner.codes()
    answers = at_once(lambda _: owner.answers(wrong(code)), 10)
    assert {answer.status for answer in answers} == {401}
    assert not any("session" in answer.json() for answer in answers)
    assert owner.answers(code, session=session).status == 200


def test_logins_from_one_address_of_the_network_are_limited(kefir: Kefir, at_once: Any) -> None:
    """The gateway of stage local knows no address but its own, so the function is called as the gateway would."""

    def asks(number: int) -> int:
        body = json.dumps({"email": f"crowd-{number}@example.net"})
        event = http_event("POST /auth/login", body=body, source_ip="198.51.100.7")
        return int(kefir.invokes("handleAuth", event)["statusCode"])

    window = {"PK": {"S": "SOURCE#198.51.100.7"}, "SK": {"S": "LOGINS"}, "logins": {"N": "96"}}
    window["windowEnds"] = {"S": "2999-01-01T00:00:00.000Z"}
    kefir.table.put_item(TableName=kefir.outputs["TableName"], Item=window)
    assert sorted(at_once(asks, 8)) == [200] * 4 + [429] * 4


def test_passwords_and_sessions_from_before_are_taken_back(kefir: Kefir) -> None:
    """A stage whose client once took passwords: somebody may have chosen one for another's address."""
    user = kefir.user().logs_in()
    refresh = {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": user.tokens["refreshToken"]}}
    assert kefir.cognito("InitiateAuth", **refresh).status == 200
    (row,) = kefir.project.rows("users", "reset-passwords", "kefir", "--yes")
    assert row["pool"] == kefir.outputs["UserPoolId"]
    assert row["passwords"] == row["sessions"] >= 1
    assert kefir.cognito("InitiateAuth", **refresh).json()["__type"] == "NotAuthorizedException"
    again = kefir.user()
    again.email = user.email
    assert again.logs_in().id == user.id
