"""Contract: a login that never shows the password, and what its tokens say."""

from __future__ import annotations

import base64
import json

import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from tests.pkgops.local.polyfills.cognito.conftest import EMAIL, PASSWORD
from tests.srp import Login, N, log_in

pytestmark = pytest.mark.emulator

DAY = 24 * 60 * 60


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verified(token, keys):
    """The claims of a token that one of the keys has signed."""
    head, content, signature = token.split(".")
    (key,) = (key for key in keys if key["kid"] == json.loads(decoded(head))["kid"])
    numbers = [int.from_bytes(decoded(key[part]), "big") for part in ("e", "n")]
    RSAPublicNumbers(*numbers).public_key().verify(
        decoded(signature), f"{head}.{content}".encode(), PKCS1v15(), SHA256()
    )
    return json.loads(decoded(content))


def answer(hosted, responses):
    return hosted.cognito.respond_to_auth_challenge(
        ClientId=hosted.app, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=responses
    )


def test_tokens_are_the_pools_and_say_who_for_whom_and_until_when(hosted):
    tokens = log_in(hosted.cognito, hosted.pool, hosted.app, EMAIL, PASSWORD)["AuthenticationResult"]
    refresh = {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": tokens["RefreshToken"]}}
    later = hosted.cognito.initiate_auth(ClientId=hosted.app, **refresh)["AuthenticationResult"]
    published = hosted.http.get(f"/{hosted.pool}/.well-known/jwks.json")
    assert published.headers["access-control-allow-origin"] == "*"
    keys = published.json()["keys"]
    region = hosted.pool.partition("_")[0]
    shared = {"iss": f"https://cognito-idp.{region}.amazonaws.com/{hosted.pool}"}
    for given in (tokens, later):
        access, id_ = verified(given["AccessToken"], keys), verified(given["IdToken"], keys)
        assert access.items() >= (shared | {"token_use": "access", "client_id": hosted.app}).items()
        assert id_.items() >= (shared | {"token_use": "id", "aud": hosted.app, "email": EMAIL}).items()
        assert id_["email_verified"] is True
        assert access["sub"] == id_["sub"] == access["username"] == id_["cognito:username"]
        assert [claims["exp"] - claims["iat"] for claims in (access, id_)] == [DAY, DAY]
        assert given["ExpiresIn"] == DAY
    damaged = tokens["AccessToken"][:-8] + "AAAAAAAA"
    with pytest.raises(InvalidSignature):
        verified(damaged, keys)
    with pytest.raises(ClientError, match="NotAuthorizedException"):
        hosted.cognito.get_user(AccessToken=damaged)


@pytest.mark.parametrize("user", [EMAIL, "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_user_are_refused_alike(hosted, user):
    with pytest.raises(ClientError, match=r"NotAuthorizedException.*Incorrect username or password"):
        log_in(hosted.cognito, hosted.pool, hosted.app, user, "Wrong-1234")


def test_a_proof_is_of_one_login_and_of_one_time(hosted):
    def pose(login):
        given = {"AuthFlow": "USER_SRP_AUTH", "AuthParameters": login.parameters()}
        return hosted.cognito.initiate_auth(ClientId=hosted.app, **given)["ChallengeParameters"]

    first, second = (Login(hosted.pool, EMAIL, PASSWORD) for _ in range(2))
    proof, other = first.answer(pose(first)), second.answer(pose(second))
    moved = proof | {"TIMESTAMP": "Thu Jan 1 00:00:00 UTC 2026"}
    mixed = proof | {"PASSWORD_CLAIM_SIGNATURE": other["PASSWORD_CLAIM_SIGNATURE"]}
    for wrong in (moved, mixed, proof | {"PASSWORD_CLAIM_SECRET_BLOCK": other["PASSWORD_CLAIM_SECRET_BLOCK"]}):
        with pytest.raises(ClientError, match="NotAuthorizedException"):
            answer(hosted, wrong)
    assert "IdToken" in answer(hosted, proof)["AuthenticationResult"]


@pytest.mark.parametrize("multiple", [0, N, 2 * N])
def test_a_public_number_that_fixes_the_secret_proves_nothing(hosted, multiple):
    class Attack(Login):
        """Whatever the password is, what both sides work out is zero."""

        def _shared(self, *_):
            return 0

    attack = Attack(hosted.pool, EMAIL, "")
    attack._public = multiple
    given = {"AuthFlow": "USER_SRP_AUTH", "AuthParameters": attack.parameters()}
    with pytest.raises(ClientError, match=r"NotAuthorizedException|InvalidParameterException"):
        answer(hosted, attack.answer(hosted.cognito.initiate_auth(ClientId=hosted.app, **given)["ChallengeParameters"]))
