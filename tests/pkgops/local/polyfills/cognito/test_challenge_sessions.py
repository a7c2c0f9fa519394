"""Contract: which answers to a challenge are taken."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.emulator

EMAIL, PASSWORD = "reader@example.com", "Password-1"


def refused(match):
    return pytest.raises(ClientError, match=match)


def test_a_new_password_is_set_with_the_session_of_its_challenge(cognito, pool):
    id_, app = pool()
    for email in (EMAIL, f"other-{EMAIL}"):
        cognito.admin_create_user(UserPoolId=id_, Username=email, TemporaryPassword=PASSWORD, MessageAction="SUPPRESS")
    login = {"USERNAME": EMAIL, "PASSWORD": PASSWORD}
    posed = cognito.initiate_auth(ClientId=app, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=login)
    assert posed["ChallengeName"] == "NEW_PASSWORD_REQUIRED"

    def answer(session, user=EMAIL, challenge="NEW_PASSWORD_REQUIRED"):
        responses = {"USERNAME": user, "NEW_PASSWORD": "Attacker-1", "SOFTWARE_TOKEN_MFA_CODE": "123456"}
        sent = {"Session": session} if session else {}
        return cognito.respond_to_auth_challenge(
            ClientId=app, ChallengeName=challenge, ChallengeResponses=responses, **sent
        )

    for wrong in ((None,), ("x" * 30,), (posed["Session"], f"other-{EMAIL}"), (posed["Session"], "nobody@example.com"),
                  (None, EMAIL, "SOFTWARE_TOKEN_MFA"), (posed["Session"], EMAIL, "MFA_SETUP")):  # fmt: skip
        with refused("NotAuthorizedException.*Invalid session for the user"):
            answer(*wrong)
    assert answer(posed["Session"])["AuthenticationResult"]["IdToken"]
