"""The floor of ``pkgops queues send``: one message, sent with bare boto3. ``send.py URL BODY``."""

from __future__ import annotations

import sys

import boto3

boto3.client("sqs").send_message(QueueUrl=sys.argv[1], MessageBody=sys.argv[2])
