"""Contract: a function sends mail (polyfill sending_identity) and reads secrets exactly as its role allows."""

from __future__ import annotations

from typing import Any

import pytest

from pkgops.local.client.emulator import Emulator

pytestmark = pytest.mark.emulator

CODE = """
import boto3
from botocore.exceptions import ClientError

TO = {"ToAddresses": ["someone@example.com"]}


def utf8(text):
    return {"Data": text, "Charset": "UTF-8"}


def handler(event, context):
    try:
        if "secret" in event:
            return boto3.client("secretsmanager").get_secret_value(SecretId=event["secret"])["SecretString"]
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
ARN = "arn:aws:{}:us-east-1:000000000000:{}"


def template(*statements: dict[str, Any]) -> dict[str, Any]:
    """An identity, and a function with what ``statements`` allow."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = {"PolicyName": "may", "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}}
    role = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}, "Policies": [policy]}
    function = {
        "Handler": "index.handler",
        "Runtime": "python3.12",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": CODE},
        "Timeout": 20,
    }
    return {
        "Resources": {
            "Identity": {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "mail.test"}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        },
        "Outputs": {"Name": {"Value": {"Ref": "Function"}}},
    }


@pytest.fixture
def call(deploy, aws):
    """``call(event, *statements)``: what the function returns; its role holds the statements."""

    def asked(event: dict[str, Any], *statements: dict[str, Any]) -> Any:
        import json

        stack = deploy(template(*statements))
        assert stack.status == "CREATE_COMPLETE", stack.reasons
        answer = aws("lambda").invoke(FunctionName=stack.outputs["Name"], Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())

    return asked


def allow(action: str, resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


DOMAIN = ARN.format("ses", "identity/mail.test")


def test_mail_arrives_as_it_was_sent(call, emulator: Emulator):
    assert call({"sender": "noreply@mail.test"}, allow("ses:SendEmail", DOMAIN)) == "sent"
    mail = emulator.messages()[-1]
    assert (mail.sender, mail.to, mail.subject) == ("noreply@mail.test", ("someone@example.com",), "Grüße")
    assert (mail.text, mail.html) == ("Text ✓", "<p>✓</p>")


@pytest.mark.parametrize("way", ["v1", "v1 raw", "v2", "v2 raw"])
@pytest.mark.parametrize("sender", ["noreply@mail.test", "Mail <noreply@Sub.mail.test>"])
def test_an_address_below_a_verified_domain_may_send(call, way, sender):
    assert call({"sender": sender, "way": way}, allow("ses:Send*", DOMAIN)) == "sent"


@pytest.mark.parametrize("way", ["v1", "v2 raw"])
@pytest.mark.parametrize(
    ("sender", "statement"),
    [
        ("noreply@other.test", allow("ses:Send*", "*")),
        ("noreply@mail.test", allow("ses:Send*", ARN.format("ses", "identity/other.test"))),
        ("noreply@mail.test", allow("ses:GetSendQuota", DOMAIN)),
    ],
    ids=["not verified", "another identity", "another action"],
)
def test_others_may_not(call, emulator: Emulator, way, sender, statement):
    before = len(emulator.messages())
    assert call({"sender": sender, "way": way}, statement) in {
        "MessageRejected",
        "AccessDenied",
        "AccessDeniedException",
    }
    assert len(emulator.messages()) == before


def test_an_address_that_is_an_identity_counts_before_its_domain(call, aws):
    aws("ses").verify_email_identity(EmailAddress="one@mail.test")
    assert call({"sender": "one@mail.test"}, allow("ses:SendEmail", DOMAIN)) == "AccessDenied"
    own = allow("ses:SendEmail", ARN.format("ses", "identity/one@mail.test"))
    assert call({"sender": "one@mail.test"}, own) == "sent"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("secret:mail/{}-??????", "hidden"),
        ("secret:mail/{}*", "hidden"),
        ("secret:mail/another-??????", "AccessDeniedException"),
    ],
)
def test_a_secret_is_read_by_name_if_its_arn_is_granted(call, aws, unique, resource, expected):
    name = unique("secret")
    aws("secretsmanager").create_secret(Name=f"mail/{name}", SecretString="hidden")
    statement = allow("secretsmanager:GetSecretValue", ARN.format("secretsmanager", resource.format(name)))
    assert call({"secret": f"mail/{name}"}, statement) == expected
