"""A function that sends mail with what its role allows it."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.local.polyfills.resources import function

CODE = """
import boto3
from botocore.exceptions import ClientError

TO = {"ToAddresses": ["someone@example.com"]}


def utf8(text):
    return {"Data": text, "Charset": "UTF-8"}


def handler(event, context):
    try:
        send(event.get("way", "v1"), event["sender"])
        return "sent"
    except ClientError as error:
        return error.response["Error"]["Code"]


def send(way, sender):
    message = {"Subject": utf8("Grüße"), "Body": {"Text": utf8("Text ✓"), "Html": utf8("<p>✓</p>")}}
    raw = {"Data": f"From: {sender}\\r\\nTo: someone@example.com\\r\\nSubject: Raw\\r\\n\\r\\nText".encode()}
    if way == "v1":
        boto3.client("ses").send_email(Source=sender, Destination=TO, Message=message)
    elif way == "v1 raw":
        boto3.client("ses").send_raw_email(RawMessage=raw)
    elif way == "v2":
        boto3.client("sesv2").send_email(FromEmailAddress=sender, Destination=TO, Content={"Simple": message})
    else:
        boto3.client("sesv2").send_email(Content={"Raw": raw})
"""


@pytest.fixture
def send(deploy, aws):
    """``send(event, *statements)``: what the function returns; its role holds the statements."""

    def asked(event, *statements):
        template = function(CODE, *statements)
        identity = {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "mail.test"}}
        stack = deploy({**template, "Resources": {"Identity": identity, **template["Resources"]}})
        assert stack.status == "CREATE_COMPLETE", stack.reasons
        answer = aws("lambda").invoke(FunctionName=stack.outputs["Name"], Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())

    return asked
