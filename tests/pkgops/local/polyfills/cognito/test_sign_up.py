"""Contract: what the trigger of a sign-up gets, and for whom it is asked."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.emulator

EMAIL, PASSWORD = "reader@example.com", "Password-1"
# Answers what it was called with, in the message of an error.
TELLS = """
import json

def handler(event, context):
    raise Exception(json.dumps([event["triggerSource"], event["request"]], sort_keys=True))
"""


def refused(match):
    return pytest.raises(ClientError, match=match)


def test_the_trigger_of_a_sign_up_gets_what_was_sent_for_it(cognito, pool):
    _, app = pool(PreSignUp=TELLS)
    row = {"Name": "proof", "Value": "p"}
    with refused(
        r'UserLambdaValidation.*PreSignUp failed with error \["PreSignUp_SignUp".*"validationData".*"p"'
    ) as told:
        cognito.sign_up(
            ClientId=app, Username=EMAIL, Password=PASSWORD, ValidationData=[row], ClientMetadata={"from": "m"}
        )
    assert '"clientMetadata": {"from": "m"}' in str(told.value)


def test_the_trigger_is_asked_about_users_an_operator_creates(cognito, pool):
    id_, _ = pool(PreSignUp=TELLS)
    with refused(f'PreSignUp_AdminCreateUser.*"email": "{EMAIL}".*"proof": "p"'):
        cognito.admin_create_user(
            UserPoolId=id_, Username=EMAIL, MessageAction="SUPPRESS", ValidationData=[{"Name": "proof", "Value": "p"}]
        )
    assert cognito.list_users(UserPoolId=id_)["Users"] == []


def test_an_operator_creates_users_where_the_trigger_agrees_or_there_is_none(cognito, pool):
    for triggers in ({}, {"PreSignUp": "def handler(event, context): return event"}):
        id_, _ = pool(**triggers)
        made = cognito.admin_create_user(UserPoolId=id_, Username=EMAIL, MessageAction="SUPPRESS")
        assert made["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"
        with refused("UsernameExists"):
            cognito.admin_create_user(UserPoolId=id_, Username=EMAIL, MessageAction="SUPPRESS")
