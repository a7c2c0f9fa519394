"""Contract: after a restart a stream's mapping reads what changes from then on."""

from __future__ import annotations

import pytest

from tests.emulator import client
from tests.pkgops.local.conftest import create_function
from tests.waiting import eventually

pytestmark = pytest.mark.emulator

CODE = "def handler(event, context):\n    print('received', len(event['Records']))\n"


def test_streams_go_on_after_a_restart(fresh):
    fresh.up()
    client(fresh, "logs").create_log_group(logGroupName="/aws/lambda/echo")
    create_function(fresh, "echo", CODE)
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
    until_received(fresh, 3)
    assert fresh.down()
    fresh.up()
    client(fresh, "dynamodb").put_item(TableName="changes", Item={"pk": {"S": "4"}})
    until_received(fresh, 4)


def until_received(emulator, times):
    def lines():
        events = client(emulator, "logs").filter_log_events(logGroupName="/aws/lambda/echo")["events"]
        return [event["message"] for event in events]

    eventually(lambda: sum("received" in line for line in lines()) >= times)
