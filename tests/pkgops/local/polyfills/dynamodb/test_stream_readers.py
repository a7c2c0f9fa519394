"""Contract: a stream's function that takes long holds up nothing but its own stream."""

from __future__ import annotations

import json

import pytest

from pkgops.local.polyfills.dynamodb.stream_readers import drain
from tests.pkgops.local.polyfills.resources import table
from tests.waiting import eventually

pytestmark = pytest.mark.emulator

SLOW = """
import json, os, time

def handler(event, context):
    keys = [record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]]
    while not os.path.exists(os.environ["FLAG"]):
        time.sleep(0.01)
    print("read", json.dumps(keys))
"""
ONCE = {"BatchSize": 2, "MaximumRetryAttempts": 0}
QUICK = "import os\ndef handler(event, context):\n    open(os.environ['FLAG'], 'w').close()\n"


def test_queues_are_read_while_a_function_of_a_stream_runs(deploy, unique, role, aws, tmp_path):
    name, variables = unique("stream"), {"Variables": {"FLAG": str(tmp_path / "flag")}}
    changes = table(name)
    changes["Properties"]["StreamSpecification"] = {"StreamViewType": "KEYS_ONLY"}

    def function(code):
        settings = {"Runtime": "python3.12", "Handler": "index.handler", "Role": role, "Timeout": 20}
        return {
            "Type": "AWS::Lambda::Function",
            "Properties": {**settings, "Code": {"ZipFile": code}, "Environment": variables},
        }

    def mapping(source, called, **more):
        properties = {"EventSourceArn": {"Fn::GetAtt": source}, "FunctionName": {"Ref": called}, **more}
        return {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}

    stack = deploy(
        {
            "Table": changes,
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}},
            "Slow": function(SLOW),
            "Quick": function(QUICK),
            "OfTable": mapping(["Table", "StreamArn"], "Slow", StartingPosition="TRIM_HORIZON", **ONCE),
            "OfQueue": mapping(["Queue", "Arn"], "Quick"),
        }
    )
    group = f"/aws/lambda/{stack.physical('Slow')}"
    aws("logs").create_log_group(logGroupName=group)
    for key in ("first", "second", "third"):
        aws("dynamodb").put_item(TableName=name, Item={"pk": {"S": key}})
    aws("sqs").send_message(QueueUrl=stack.physical("Queue"), MessageBody="{}")

    def read():
        rows = aws("logs").filter_log_events(logGroupName=group)["events"]
        batches = [json.loads(row["message"][5:]) for row in rows if row["message"].startswith("read")]
        return [key for batch in batches for key in batch]

    eventually(lambda: len(read()) >= 3)
    assert read() == ["first", "second", "third"]


def test_a_reader_waits_for_more_only_where_less_than_a_batch_is_there():
    unread, done = [25, 10, 9, 0], []
    answers = iter([True, True, True, False])

    def read():
        done.append("read")
        return next(answers)

    drain(read, lambda: unread.pop(0), 10, lambda _: done.append("waited"))
    assert done == ["read", "read", "waited", "read", "waited", "read"]
