"""A function reads the secrets whose ARN its role names, and no others."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.local.polyfills.resources import allow, function

pytestmark = pytest.mark.emulator

CODE = """
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    try:
        return boto3.client("secretsmanager").get_secret_value(SecretId=event)["SecretString"]
    except ClientError as error:
        return error.response["Error"]["Code"]
"""
ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("mail/{}-??????", "hidden"),
        ("mail/{}*", "hidden"),
        ("mail/another-??????", "AccessDeniedException"),
    ],
)
def test_a_secret_is_read_by_name_if_its_arn_is_granted(deploy, aws, unique, resource, expected):
    name = unique("secret")
    aws("secretsmanager").create_secret(Name=f"mail/{name}", SecretString="hidden")
    stack = deploy(function(CODE, allow("secretsmanager:GetSecretValue", ARN + resource.format(name))))
    assert stack.status == "CREATE_COMPLETE", stack.reasons
    payload = json.dumps(f"mail/{name}")
    answer = aws("lambda").invoke(FunctionName=stack.outputs["Name"], Payload=payload)["Payload"].read()
    assert json.loads(answer) == expected
