"""Contract: a stream's mapping retries, reports and gives up."""

from __future__ import annotations

import json
import time

import pytest

from tests.pkgops.local.polyfills.resources import table
from tests.waiting import SOON

pytestmark = pytest.mark.emulator

CODE = """
def handler(event, context):
    records = event["Records"]
    print("got", *[r["dynamodb"]["Keys"]["pk"]["S"] for r in records])
    if "poison" not in [r["dynamodb"]["Keys"]["pk"]["S"] for r in records]:
        return {"batchItemFailures": []}
    bad = next(r for r in records if r["dynamodb"]["Keys"]["pk"]["S"] == "poison")
    return {"batchItemFailures": [{"itemIdentifier": bad["dynamodb"]["SequenceNumber"]}]}
"""


@pytest.fixture
def mapped(deploy, unique, role):
    name = unique("stream")
    resource = table(name)
    resource["Properties"]["StreamSpecification"] = {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    return deploy(
        {
            "Table": resource,
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "python3.12",
                    "Handler": "index.handler",
                    "Role": role,
                    "Code": {"ZipFile": CODE},
                },
            },
            "Mapping": {
                "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {
                    "EventSourceArn": {"Fn::GetAtt": ["Table", "StreamArn"]},
                    "FunctionName": {"Ref": "Function"},
                    "StartingPosition": "TRIM_HORIZON",
                    "BatchSize": 10,
                    "MaximumRetryAttempts": 1,
                    "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["Dead", "Arn"]}}},
                },
            },
        }
    )


def test_a_poison_record_ends_in_the_destination_and_the_shard_goes_on(mapped, aws):
    name = mapped.physical("Table")
    requests = [{"PutRequest": {"Item": {"pk": {"S": key}}}} for key in ("one", "poison")]
    aws("dynamodb").batch_write_item(RequestItems={name: requests})
    (message,) = aws("sqs").receive_message(QueueUrl=mapped.physical("Dead"), WaitTimeSeconds=15)["Messages"]
    body = json.loads(message["Body"])
    assert body["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert body["DDBStreamBatchInfo"]["batchSize"] == 1
    aws("dynamodb").put_item(TableName=name, Item={"pk": {"S": "after"}})
    group, seen = f"/aws/lambda/{mapped.physical('Function')}", []
    deadline = time.monotonic() + SOON
    while not any("after" in line for line in seen):
        assert time.monotonic() < deadline, seen
        rows = aws("logs").filter_log_events(logGroupName=group)["events"]
        seen = [row["message"] for row in rows if row["message"].startswith("got")]
        time.sleep(0.05)
    assert sum("poison" in line for line in seen) == 2  # at first, and one retry
    assert seen[-1] == "got after"
