"""Contract: a role that trusts an identity provider is assumed with its token, not with one anybody has written."""

from __future__ import annotations

import base64
import json
import time

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.emulator import ACCOUNT, REGION

pytestmark = pytest.mark.emulator


def unsigned(emulator, service):
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    return boto3.client(service, endpoint_url=emulator.endpoint, region_name=REGION, config=config)


def trusting(aws, name, provider, audience):
    condition = {"StringEquals": {f"{provider}:aud": audience}}
    own = provider.startswith("cognito-identity")
    federated = provider if own else f"arn:aws:iam::{ACCOUNT}:oidc-provider/{provider}"
    statement = {"Effect": "Allow", "Principal": {"Federated": federated}, "Condition": condition}
    trust = {"Version": "2012-10-17", "Statement": [statement | {"Action": "sts:AssumeRoleWithWebIdentity"}]}
    made = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return made["Role"]["Arn"]


def written(claims):
    """A token anybody can write."""
    parts = ({"alg": "RS256", "kid": "1"}, claims)
    head = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    return f"{head}.{'A' * 342}"


def test_a_token_that_cannot_be_checked_gives_nothing(emulator, aws, unique):
    provider = "token.actions.githubusercontent.com"
    role = trusting(aws, unique("deployer"), provider, "sts.amazonaws.com")
    claims = {"iss": f"https://{provider}", "aud": "sts.amazonaws.com", "sub": "repo:a/b", "exp": time.time() + 600}
    with pytest.raises(ClientError, match=r"cannot check tokens of https://token\.actions\.githubusercontent\.com"):
        unsigned(emulator, "sts").assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="ab", WebIdentityToken=written(claims)
        )


def test_a_token_of_an_identity_pool_is_checked_and_taken(emulator, aws, unique):
    pool = aws("cognito-identity").create_identity_pool(
        IdentityPoolName=unique("pool"), AllowUnauthenticatedIdentities=True
    )["IdentityPoolId"]
    role = trusting(aws, unique("visitor"), "cognito-identity.amazonaws.com", pool)
    identity, sts = unsigned(emulator, "cognito-identity"), unsigned(emulator, "sts")
    id = identity.get_id(IdentityPoolId=pool)["IdentityId"]
    token = identity.get_open_id_token(IdentityId=id)["Token"]
    given = sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="ab", WebIdentityToken=token)["Credentials"]
    session = boto3.client(
        "sts",
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    assert ":assumed-role/visitor" in session.get_caller_identity()["Arn"]
    head, claims, _ = token.split(".")
    with pytest.raises(ClientError, match="cannot check tokens"):
        sts.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="ab", WebIdentityToken=f"{head}.{claims}.{'A' * 342}"
        )
