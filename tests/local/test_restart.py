"""What stands after the emulator was stopped, or killed, and started again: all that runs, not only what lies there."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest

from tests.emulator import client
from tests.local.conftest import archive

pytestmark = pytest.mark.emulator

CODE = "def handler(event, context):\n    return {'heard': event}\n"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def deployed(emulator):
    role = client(emulator, "iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    client(emulator, "lambda").create_function(
        FunctionName="echo",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": archive({"app.py": CODE})},
    )


def heard(emulator):
    answer = client(emulator, "lambda").invoke(FunctionName="echo", Payload=b'"you"')
    return json.loads(answer["Payload"].read())


def test_functions_run_after_every_restart(fresh):
    fresh.up()
    deployed(fresh)
    assert heard(fresh) == {"heard": "you"}
    for _ in range(2):
        assert fresh.down()
        fresh.up()
        assert heard(fresh) == {"heard": "you"}


def test_functions_run_after_a_crash(fresh):
    fresh.up()
    deployed(fresh)
    deadline = time.monotonic() + 20
    while not fresh.status().saved:
        assert time.monotonic() < deadline, "no snapshot was made"
        time.sleep(0.05)
    os.kill(fresh.status().pid, signal.SIGKILL)
    fresh.up()
    assert heard(fresh) == {"heard": "you"}
