"""Contract: a function acts as its role, with keys that cannot be worked out from what is known of it."""

from __future__ import annotations

from hashlib import sha256

import pytest

pytestmark = pytest.mark.emulator

CODE = """
import os
import boto3

def handler(event, context):
    caller = boto3.client("sts").get_caller_identity()["Arn"]
    return [caller, *(os.environ[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"))]
"""


def test_a_function_has_keys_of_its_role_that_do_not_follow_from_names(function, role, aws):
    made = function(CODE)
    arn = aws("lambda").get_function_configuration(FunctionName=made.name)["FunctionArn"]
    caller, key, secret, token = made()
    assert caller.endswith(f":assumed-role/contract/{made.name}")
    digest = sha256(f"{arn}:{role}".encode()).hexdigest()
    assert key != f"ASIA{digest[:16].upper()}"
    assert secret != sha256(f"secret:{digest}".encode()).hexdigest()
    assert token != sha256(f"token:{digest}".encode()).hexdigest()
    assert made()[1:] == [key, secret, token]
    assert function(CODE)()[1:] != [key, secret, token]
