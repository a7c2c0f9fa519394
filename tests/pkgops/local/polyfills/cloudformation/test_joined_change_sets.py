"""Contract: a second change set joins the stack that waits for its first."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.emulator

BODY = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})


def created(aws, stack, name, body=BODY):
    return aws("cloudformation").create_change_set(
        StackName=stack, ChangeSetName=name, ChangeSetType="CREATE", TemplateBody=body
    )


def described(aws, stack):
    (row,) = aws("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return row["StackId"], row["StackStatus"]


def test_both_are_of_one_stack_and_either_can_be_carried_out(aws, unique):
    client, stack = aws("cloudformation"), unique("joined")
    first, second = created(aws, stack, "first"), created(aws, stack, "second")
    assert first["StackId"] == second["StackId"]
    assert described(aws, stack) == (first["StackId"], "REVIEW_IN_PROGRESS")
    listed = client.list_change_sets(StackName=stack)["Summaries"]
    assert {row["ChangeSetName"] for row in listed} == {"first", "second"}
    assert client.describe_change_set(ChangeSetName=second["Id"])["StackId"] == first["StackId"]
    client.execute_change_set(ChangeSetName=first["Id"])
    client.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 0.02})
    with pytest.raises(ClientError, match="does not exist"):
        client.execute_change_set(ChangeSetName=second["Id"])  # it went when the other was carried out
    assert described(aws, stack) == (first["StackId"], "CREATE_COMPLETE")


def test_one_that_is_refused_leaves_the_other(aws, unique):
    stack = unique("refused")
    first = created(aws, stack, "first")
    with pytest.raises(ClientError, match="Template"):
        created(aws, stack, "second", body="no template")
    assert described(aws, stack) == (first["StackId"], "REVIEW_IN_PROGRESS")
    aws("cloudformation").execute_change_set(ChangeSetName=first["Id"])
    aws("cloudformation").get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 0.02})
