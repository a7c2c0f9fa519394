"""Contract: when the triggers of a login get the client's metadata."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator

EMAIL = "reader@example.com"
# Poses a challenge whose public parameters are the metadata it got.
POSES = """
def handler(event, context):
    kind = event["triggerSource"].partition("AuthChallenge")[0]
    if kind == "Define":
        event["response"] |= {"challengeName": "CUSTOM_CHALLENGE", "issueTokens": False, "failAuthentication": False}
    else:
        got = event["request"].get("clientMetadata") or {}
        event["response"] |= {"publicChallengeParameters": got, "answerCorrect": False}
    return event
"""


def test_the_triggers_of_a_login_get_metadata_with_answers_only(cognito, pool):
    id_, app = pool(DefineAuthChallenge=POSES, CreateAuthChallenge=POSES, VerifyAuthChallengeResponse=POSES)
    cognito.admin_create_user(UserPoolId=id_, Username=EMAIL, MessageAction="SUPPRESS")
    posed = cognito.initiate_auth(
        ClientId=app, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": EMAIL}, ClientMetadata={"a": "b"}
    )
    assert posed["ChallengeParameters"] == {}
    again = cognito.respond_to_auth_challenge(
        ClientId=app,
        ChallengeName="CUSTOM_CHALLENGE",
        Session=posed["Session"],
        ChallengeResponses={"USERNAME": EMAIL, "ANSWER": "x"},
        ClientMetadata={"a": "b"},
    )
    assert again["ChallengeParameters"] == {"a": "b"}
