"""What strangers try: somebody else's address, codes without end, guesses in another's login."""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from handlers.kefir.runtime.settings import settings
from pkgops.local.client.emulator import Emulator
from tests.handlers.kefir.api.logins import ELSEWHERE, EXPIRED, WRONG, login, other, refused, verify


def test_wrong_codes_from_elsewhere_do_not_end_a_login(email: str, code: Any, at_once: Any) -> None:
    login(email)
    right = code(email)
    answers = at_once(lambda _: verify(email, other(right), ELSEWHERE), 8)
    assert all(refused(answer, EXPIRED) for answer in answers)  # no login waits for them
    assert refused(verify(email, right, ELSEWHERE), EXPIRED)
    assert verify(email, right).status == 200


def test_wrong_codes_without_the_session_do_not_use_up_the_sessions_guesses(
    email: str, code: Any, at_once: Any
) -> None:
    session = login(email).json["session"]
    right = code(email)
    answers = at_once(lambda _: verify(email, other(right)), 8)
    assert sorted(answer.json["error"] for answer in answers) == [WRONG] * 3 + [EXPIRED] * 5
    assert not any("session" in answer.json for answer in answers)
    assert refused(verify(email, other(right), session=session), WRONG)
    assert verify(email, right, session=session).status == 200


def test_a_login_from_elsewhere_does_not_replace_the_one_that_waits(email: str, mails: Any) -> None:
    def codes() -> list[str]:
        return [mail["BodyText"].split(" is ")[1][:6] for mail in mails(email)]

    login(email, ELSEWHERE)
    session = login(email).json["session"]
    login(email, ELSEWHERE)
    first, mine, last = codes()
    assert [refused(verify(email, wrong, ELSEWHERE, session="x" * 30), EXPIRED) for wrong in (first, last)]
    assert verify(email, mine, ELSEWHERE).status == 401
    assert verify(email, mine).status == 200
    assert verify(email, mine, session=session).status == 401


def anonymous(aws_endpoint: str) -> Any:
    """Cognito as anybody reaches it who knows the client's id."""
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    return boto3.client("cognito-idp", endpoint_url=aws_endpoint, region_name="us-east-1", config=config)


@pytest.fixture
def stranger(emulator: Emulator, pool: str) -> Any:
    return anonymous(emulator.endpoint)


def test_nobody_chooses_a_password_for_an_address(stranger: Any, email: str, code: Any, aws: Any, pool: str) -> None:
    sign_up = {"ClientId": settings().user_pool_client, "Username": email, "Password": "Attacker-1"}
    for data in ([], [{"Name": "proof", "Value": "x" * 43}]):
        with pytest.raises(ClientError, match="PreSignUp failed with error Sign up by logging in"):
            stranger.sign_up(**sign_up, ValidationData=data, ClientMetadata={"proof": "x" * 43})
    with pytest.raises(ClientError, match="UserNotFound"):
        aws("cognito-idp").admin_get_user(UserPoolId=pool, Username=email)
    login(email)
    assert verify(email, code(email)).status == 200
    with pytest.raises(ClientError, match="UsernameExists"):
        stranger.sign_up(**sign_up)


@pytest.mark.parametrize("flow", ["USER_PASSWORD_AUTH", "USER_SRP_AUTH"])
def test_a_password_opens_nothing(stranger: Any, email: str, aws: Any, pool: str, flow: str) -> None:
    login(email)
    aws("cognito-idp").admin_set_user_password(UserPoolId=pool, Username=email, Password="Attacker-1", Permanent=True)
    parameters = {"USERNAME": email, "PASSWORD": "Attacker-1", "SRP_A": "ab" * 48}
    with pytest.raises(ClientError, match="not enabled"):
        stranger.initiate_auth(ClientId=settings().user_pool_client, AuthFlow=flow, AuthParameters=parameters)


def test_codes_asked_for_at_cognito_itself_count(stranger: Any, email: str, mails: Any, at_once: Any) -> None:
    login(email)
    ask_cognito = partial(
        stranger.initiate_auth,
        ClientId=settings().user_pool_client,
        AuthFlow="CUSTOM_AUTH",
        AuthParameters={"USERNAME": email},
        ClientMetadata={"limited": ""},
    )
    answers = at_once(lambda _: ask_cognito(), 30)
    assert sum("limited" in answer["ChallengeParameters"] for answer in answers) == 26
    assert len(mails(email)) == 5
    assert login(email).status == 429


def test_parallel_guesses_in_one_session_are_three(stranger: Any, email: str, code: Any, at_once: Any) -> None:
    session = login(email).json["session"]
    right = code(email)

    def guess(number: int) -> bool:
        digits = f"{(int(right) + 1 + number) % 1_000_000:06d}"
        responses = {"USERNAME": email, "ANSWER": digits}
        with suppress(ClientError):
            answer = stranger.respond_to_auth_challenge(
                ClientId=settings().user_pool_client,
                ChallengeName="CUSTOM_CHALLENGE",
                Session=session,
                ChallengeResponses=responses,
            )
            return "AuthenticationResult" in answer
        return False

    assert not any(at_once(guess, 12))
    assert verify(email, right, session=session).status == 401


def test_logins_that_begin_at_one_address_are_limited(patched: Any, pool: str, at_once: Any) -> None:
    patched.setenv("LOGINS_PER_ADDRESS", "3")
    settings.cache_clear()
    number = count(secrets.randbelow(1 << 60))

    def statuses(*addresses: str) -> list[int]:
        return sorted(
            answer.status
            for answer in at_once(lambda n: login(f"{next(number):x}@example.com", addresses[n]), len(addresses))
        )

    assert statuses(*["192.0.2.1"] * 5) == [200] * 3 + [429] * 2
    assert statuses("192.0.2.2") == [200]
    network = "2001:db8:1:2:"
    assert statuses(*(f"{network}:{n}" for n in range(1, 5))) == [200] * 3 + [429]
    assert statuses("2001:db8:1:3::1") == [200]
    assert statuses(*["127.0.0.1", "unknown"] * 2) == [200] * 4
