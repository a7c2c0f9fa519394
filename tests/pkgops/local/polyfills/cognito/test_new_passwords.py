"""Contract: a new password is one that the pool takes."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.srp import log_in

pytestmark = pytest.mark.emulator

INVITED, GIVEN = "invited@example.com", "Temporary-1"


def test_who_was_invited_sets_a_password_of_the_policy_and_attributes_with_it(hosted):
    hosted.cognito.admin_create_user(
        UserPoolId=hosted.pool, Username=INVITED, TemporaryPassword=GIVEN, MessageAction="SUPPRESS"
    )
    posed = log_in(hosted.cognito, hosted.pool, hosted.app, INVITED, GIVEN)
    user = posed["ChallengeParameters"]["USER_ID_FOR_SRP"]

    def answer(**given):
        return hosted.cognito.respond_to_auth_challenge(
            ClientId=hosted.app,
            ChallengeName=posed["ChallengeName"],
            Session=posed["Session"],
            ChallengeResponses={"USERNAME": user, **given},
        )

    with pytest.raises(ClientError, match="InvalidParameterException"):
        answer(PASSWORD="Another-one-1")
    for weak in ("Short-1", "No-digits", "NO-LOWER-1"):
        with pytest.raises(ClientError, match="InvalidPasswordException"):
            answer(NEW_PASSWORD=weak)
    tokens = answer(NEW_PASSWORD="Chosen-by-me-1", **{"userAttributes.name": "Ann"})["AuthenticationResult"]
    attributes = hosted.cognito.get_user(AccessToken=tokens["AccessToken"])["UserAttributes"]
    assert {"Name": "name", "Value": "Ann"} in attributes
    with pytest.raises(ClientError, match="Incorrect username or password"):
        log_in(hosted.cognito, hosted.pool, hosted.app, INVITED, GIVEN)
    assert "AuthenticationResult" in log_in(hosted.cognito, hosted.pool, hosted.app, INVITED, "Chosen-by-me-1")
