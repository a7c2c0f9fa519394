"""User pools with functions as their triggers."""

from __future__ import annotations

import pytest

FLOWS = ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"]


@pytest.fixture
def cognito(aws):
    return aws("cognito-idp")


@pytest.fixture
def pool(cognito, aws, unique, function):
    """``pool(PreSignUp=code)``: the ids of a pool with such triggers, and of its client."""

    def make(**triggers):
        arns = {
            name: aws("lambda").get_function(FunctionName=function(code).name)["Configuration"]["FunctionArn"]
            for name, code in triggers.items()
        }
        made = cognito.create_user_pool(PoolName=unique("pool"), UsernameAttributes=["email"], LambdaConfig=arns)
        pool = made["UserPool"]["Id"]
        app = cognito.create_user_pool_client(UserPoolId=pool, ClientName="app", ExplicitAuthFlows=FLOWS)
        return pool, app["UserPoolClient"]["ClientId"]

    return make
