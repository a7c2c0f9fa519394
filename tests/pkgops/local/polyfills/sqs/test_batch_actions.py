"""Contract: IAM and batches of messages."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.emulator


@pytest.fixture
def allowed(aws, unique, emulator):
    """``allowed(queue_url, "SendMessage")``: a client that may do only that."""
    iam = aws("iam")

    def make(*actions):
        user = unique("user")
        iam.create_user(UserName=user)
        statement = {"Effect": "Allow", "Action": [f"sqs:{action}" for action in actions], "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_user_policy(UserName=user, PolicyName="queues", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=user)["AccessKey"]
        return boto3.client(
            "sqs",
            endpoint_url=emulator.endpoint,
            region_name="us-east-1",
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    return make


@pytest.fixture
def queue(aws, unique):
    return aws("sqs").create_queue(QueueName=unique("queue"))["QueueUrl"]


ENTRIES = [{"Id": "one", "MessageBody": "1"}, {"Id": "two", "MessageBody": "2"}]


def test_who_may_send_may_send_a_batch(allowed, queue):
    answer = allowed("SendMessage").send_message_batch(QueueUrl=queue, Entries=ENTRIES)
    assert len(answer["Successful"]) == 2


def test_who_may_not_send_may_not_send_a_batch_either(allowed, queue):
    with pytest.raises(ClientError, match="sqs:SendMessage"):
        allowed("ReceiveMessage").send_message_batch(QueueUrl=queue, Entries=ENTRIES)


def test_who_may_delete_may_delete_a_batch(allowed, queue):
    client = allowed("SendMessage", "ReceiveMessage", "DeleteMessage")
    client.send_message_batch(QueueUrl=queue, Entries=ENTRIES)
    messages = client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    handles = [{"Id": message["MessageId"], "ReceiptHandle": message["ReceiptHandle"]} for message in messages]
    assert len(client.delete_message_batch(QueueUrl=queue, Entries=handles)["Successful"]) == len(messages)
