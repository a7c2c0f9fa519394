"""What stands after the emulator was stopped, or killed, and started again: all that runs, not only what lies there."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest

from pkgops.local.home import Home
from tests.emulator import client
from tests.pkgops.local.conftest import archive
from tests.waiting import eventually

pytestmark = pytest.mark.emulator

CODE = "def handler(event, context):\n    return {'heard': event}\n"
HEARING = "def handler(event, context):\n    print('heard', len(event['Records']))\n"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def deployed(emulator, code=CODE):
    role = client(emulator, "iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    client(emulator, "lambda").create_function(
        FunctionName="echo",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": archive({"app.py": code})},
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
    now, newest = time.time_ns(), Home(fresh.home).snapshots / "current"
    eventually(lambda: newest.exists() and int(newest.read_text()) > now)  # named for when it was begun
    os.kill(fresh.status().pid, signal.SIGKILL)
    fresh.up()
    assert heard(fresh) == {"heard": "you"}


def test_streams_go_on_after_a_restart(fresh):
    """Polyfill stream_positions: one change before, one after, and each is heard of."""
    fresh.up()
    client(fresh, "logs").create_log_group(logGroupName="/aws/lambda/echo")
    deployed(fresh, HEARING)
    table = client(fresh, "dynamodb").create_table(
        TableName="changes",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    client(fresh, "lambda").create_event_source_mapping(
        EventSourceArn=table["TableDescription"]["LatestStreamArn"],
        FunctionName="echo",
        StartingPosition="TRIM_HORIZON",
        BatchSize=1,
    )
    for number in (1, 2, 3):
        client(fresh, "dynamodb").put_item(TableName="changes", Item={"pk": {"S": str(number)}})
    until_heard(fresh, 3)
    assert fresh.down()
    fresh.up()
    client(fresh, "dynamodb").put_item(TableName="changes", Item={"pk": {"S": "4"}})
    until_heard(fresh, 4)


def until_heard(emulator, times):
    def lines():
        events = client(emulator, "logs").filter_log_events(logGroupName="/aws/lambda/echo")["events"]
        return [event["message"] for event in events]

    eventually(lambda: sum("heard" in line for line in lines()) >= times)
