"""A script with boto3 works on stage local with what ``pkgops local env`` prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.clients.conftest import Run

pytestmark = pytest.mark.e2e
SCRIPT = """
import boto3, json
table = boto3.resource("dynamodb").create_table(
    TableName="from-a-script", BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
)
table.wait_until_exists()
with table.batch_writer() as batch:
    for number in range(30):
        batch.put_item(Item={"pk": str(number)})
bucket = boto3.resource("s3").create_bucket(Bucket="from-a-script")
bucket.put_object(Key="a/b", Body=b"text")
queue = boto3.client("sqs").create_queue(QueueName="from-a-script")["QueueUrl"]
boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="text")
logs = boto3.client("logs")
logs.create_log_group(logGroupName="from-a-script")
logs.create_log_stream(logGroupName="from-a-script", logStreamName="one")
logs.put_log_events(
    logGroupName="from-a-script", logStreamName="one",
    logEvents=[{"timestamp": __import__("time").time_ns() // 10**6, "message": "text"}],
)
pages = logs.get_paginator("filter_log_events").paginate(logGroupName="from-a-script")
print(json.dumps({
    "rows": len(table.scan()["Items"]),
    "objects": [one.key for one in bucket.objects.all()],
    "message": boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"],
    "lines": [event["message"] for page in pages for event in page["events"]],
}))
"""


def test_a_script_with_boto3(run: Run, workplace: Path) -> None:
    (workplace / "script.py").write_text(SCRIPT)
    assert json.loads(run("python script.py")) == {
        "rows": 30,
        "objects": ["a/b"],
        "message": "text",
        "lines": ["text"],
    }
