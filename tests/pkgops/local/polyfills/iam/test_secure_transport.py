"""Contract: what a policy allows over TLS only is allowed to who talks to the emulator."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.emulator

WRITE = """
import boto3

def handler(event, context):
    boto3.client("s3").put_object(Bucket=event, Key="x", Body=b"x")
    return "written"
"""


@pytest.mark.parametrize(("refused", "written"), [("false", True), ("true", False)])
def test_a_policy_that_refuses_what_is_not_encrypted_lets_functions_in(refused, written, function, aws, unique):
    name = unique("tls")
    aws("s3").create_bucket(Bucket=name)
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": refused}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    aws("s3").put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    assert (function(WRITE)(name) == "written") is written
