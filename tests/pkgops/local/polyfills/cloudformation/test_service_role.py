"""Contract: CloudFormation acts as the role a stack was given."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.emulator import ACCOUNT
from tests.pkgops.local.conftest import Stack
from tests.pkgops.local.polyfills.callers import Caller, statement
from tests.pkgops.local.polyfills.resources import queue

pytestmark = pytest.mark.emulator
QUEUES = (
    "sqs:TagQueue",
    "sqs:CreateQueue",
    "sqs:DeleteQueue",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ListQueueTags",
)


@pytest.fixture
def names(unique):
    return {kind: unique(kind) for kind in ("role", "stack", "queue", "caller")}


@pytest.fixture
def service_role(aws, names):
    """``service_role(statement, ...)``: the ARN of a role that CloudFormation may assume, allowed these."""

    def create(*statements, service="cloudformation.amazonaws.com"):
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = aws("iam").create_role(RoleName=names["role"], AssumeRolePolicyDocument=document)
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        aws("iam").put_role_policy(RoleName=names["role"], PolicyName="it", PolicyDocument=policy)
        return made["Role"]["Arn"]

    return create


def create(client, names, role):
    template = json.dumps({"Resources": {"Queue": queue(names["queue"])}})
    client.create_stack(StackName=names["stack"], TemplateBody=template, RoleARN=role)


def test_the_role_may_what_the_caller_may_not_and_deletes_the_stack(emulator, aws, names, service_role):
    role = service_role(statement(*QUEUES))
    caller = Caller(emulator, names["caller"]).may(statement("cloudformation:*"), statement("iam:PassRole", on=role))
    create(caller.aws("cloudformation"), names, role)
    stack = Stack(aws, names["stack"]).expected()
    assert stack.status == "CREATE_COMPLETE", stack.reasons
    assert stack._description()["RoleARN"] == role
    caller.aws("cloudformation").delete_stack(StackName=names["stack"])
    assert stack.expected().status == "DELETE_COMPLETE"


def test_the_caller_may_what_the_role_may_not(aws, names, service_role):
    role = service_role(statement("sqs:GetQueueAttributes"))
    create(aws("cloudformation"), names, role)
    stack = Stack(aws, names["stack"]).expected()
    assert stack.status == "ROLLBACK_COMPLETE"
    who = f"arn:aws:sts::{ACCOUNT}:assumed-role/{names['role']}/AWSCloudFormation"
    assert any(f"User: {who} is not authorized to perform: sqs:CreateQueue" in reason for reason in stack.reasons)


def test_a_role_must_be_passed_and_must_trust(emulator, aws, names, service_role):
    role = service_role(statement("*"), service="lambda.amazonaws.com")
    caller = Caller(emulator, names["caller"]).may(statement("cloudformation:*"))
    with pytest.raises(ClientError, match="not authorized to perform: iam:PassRole on resource"):
        create(caller.aws("cloudformation"), names, role)
    for wrong in (role, f"arn:aws:iam::{ACCOUNT}:role/nobody"):
        with pytest.raises(ClientError, match="is invalid or cannot be assumed"):
            create(aws("cloudformation"), names, wrong)
