"""Contract: CloudFormation does for its caller what the caller may do."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.emulator import ACCOUNT, REGION
from tests.pkgops.local.conftest import Stack
from tests.pkgops.local.polyfills.callers import Caller, statement

pytestmark = pytest.mark.emulator

STACKS = statement("cloudformation:*")
QUEUE = ("sqs:CreateQueue", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags", "sqs:TagQueue")
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def queue(name, **properties):
    return {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, **properties}}}}


def arn(name):
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


@pytest.fixture
def caller(emulator, unique):
    return Caller(emulator, unique("caller"))


@pytest.fixture
def deployed(caller, aws, unique):
    """``deployed(template)``: a stack made by the caller, looked at by root, who removes it."""
    made = []

    def create(template):
        stack = Stack(aws, unique("asked"))
        caller.aws("cloudformation").create_stack(
            StackName=stack.name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        made.append(stack)
        return stack.expected()

    yield create
    for stack in made:
        stack.delete()


def test_what_the_caller_may_not_do_fails_the_resource_with_the_action_and_its_arn(caller, deployed, aws, unique):
    name = unique("queue")
    caller.may(STACKS)
    stack = deployed(queue(name))
    assert stack.status == "ROLLBACK_COMPLETE"
    [reason] = [reason for reason in stack.reasons if "sqs:CreateQueue" in reason and reason.startswith("Resource ha")]
    assert f"User: arn:aws:iam::{ACCOUNT}:user/{caller.name} is not authorized to perform" in reason
    assert f"on resource: {arn(name)} because no identity-based policy allows" in reason
    assert "HandlerErrorCode: AccessDenied" in reason
    with pytest.raises(ClientError, match="does not exist"):
        aws("sqs").get_queue_url(QueueName=name)


def test_what_it_may_do_on_that_resource_it_does_and_not_on_another(caller, deployed, unique):
    name = unique("queue")
    caller.may(STACKS, statement(*QUEUE, on=arn(name)))
    assert deployed(queue(name)).status == "CREATE_COMPLETE"
    assert deployed(queue(f"{name}-other")).status == "ROLLBACK_COMPLETE"


def test_a_made_up_name_begins_with_stack_and_logical_id(caller, deployed):
    caller.may(STACKS, statement(*QUEUE, on=arn("asked-*-Queue-*")))
    assert deployed({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}).status == "CREATE_COMPLETE"


def test_updates_and_deletions_are_asked_for_as_well(caller, deployed, unique):
    name = unique("queue")
    caller.may(STACKS, statement(*QUEUE, on=arn(name)))
    stack = deployed(queue(name))
    mine = Stack(caller.aws, stack.name)
    mine.update(queue(name, DelaySeconds=5))
    assert mine.status == "UPDATE_ROLLBACK_COMPLETE"
    assert any("sqs:SetQueueAttributes" in reason for reason in mine.reasons)
    mine.delete()
    assert mine.status == "DELETE_FAILED"
    assert any("sqs:DeleteQueue" in reason for reason in mine.reasons)
    caller.may(STACKS, statement(*QUEUE, "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:UntagQueue", on=arn(name)))
    assert mine.delete().status == "DELETE_COMPLETE"


def test_a_denial_is_called_explicit(caller, deployed, unique):
    caller.may(STACKS, statement("sqs:*"), {"Effect": "Deny", "Action": "sqs:TagQueue", "Resource": "*"})
    stack = deployed(queue(unique("queue"), Tags=[{"Key": "k", "Value": "v"}]))
    assert stack.status == "ROLLBACK_COMPLETE"
    assert any("with an explicit deny in an identity-based policy" in reason for reason in stack.reasons)


@pytest.mark.parametrize(("service", "status"), [("lambda", "CREATE_COMPLETE"), ("ec2", "ROLLBACK_COMPLETE")])
def test_a_role_is_passed_to_the_service_that_takes_it(caller, deployed, unique, service, status):
    name = unique("function")
    role = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    passing = {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}
    caller.may(
        STACKS,
        statement("lambda:*", on=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"),
        statement("iam:CreateRole", "iam:GetRole", "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole", on=role),
        statement(
            "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:DeleteRole", on=role
        ),
        statement("iam:DetachRolePolicy", "iam:DeleteRolePolicy", on=role),
        statement("iam:PassRole", on=role, **passing),
    )
    code = {"ZipFile": "def handler(event, context): ..."}
    stack = deployed(
        {
            "Resources": {
                "Role": {
                    "Type": "AWS::IAM::Role",
                    "Properties": {"RoleName": name, "AssumeRolePolicyDocument": TRUST},
                },
                "Function": {
                    "Type": "AWS::Lambda::Function",
                    "Properties": {
                        "FunctionName": name,
                        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                        "Runtime": "python3.12",
                        "Handler": "index.handler",
                        "Code": code,
                    },
                },
            }
        }
    )
    assert stack.status == status, stack.reasons
    assert any("iam:PassRole" in reason for reason in stack.reasons) == (status != "CREATE_COMPLETE")
