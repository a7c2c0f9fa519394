"""Contract: one operation at a time runs on a stack."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError, WaiterError

pytestmark = pytest.mark.emulator

GATE = {
    "Type": "AWS::CloudFormation::WaitCondition",
    "CreationPolicy": {"ResourceSignal": {"Timeout": "PT5M"}},
}


def body(name, **resources):
    return json.dumps(
        {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}} | resources}
    )


def asked(aws, stack, template):
    made = aws("cloudformation").create_change_set(
        StackName=stack, ChangeSetName=f"set-{len(template)}", TemplateBody=template
    )
    return made["Id"]


def test_a_change_set_waits_for_the_end_of_what_runs(aws, unique):
    client, stack = aws("cloudformation"), unique("busy")
    client.create_stack(StackName=stack, TemplateBody=body(stack))
    client.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 0.02})
    waiting, other = asked(aws, stack, body(stack, Gate=GATE)), asked(aws, stack, body(f"{stack}-other"))
    client.execute_change_set(ChangeSetName=waiting)
    with pytest.raises(ClientError, match="UPDATE_IN_PROGRESS state and can not be updated"):
        asked(aws, stack, body(f"{stack}-third"))
    with pytest.raises(ClientError, match="does not exist"):
        client.execute_change_set(ChangeSetName=other)  # it went when the first was carried out
    with pytest.raises(ClientError, match="EXECUTE_IN_PROGRESS"):
        client.execute_change_set(ChangeSetName=waiting)
    client.signal_resource(StackName=stack, LogicalResourceId="Gate", UniqueId="1", Status="SUCCESS")
    client.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig={"Delay": 0.02})
    client.execute_change_set(ChangeSetName=asked(aws, stack, body(f"{stack}-third")))
    client.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig={"Delay": 0.02})


def test_an_update_that_failed_and_stayed_is_rolled_back_first(aws, unique):
    client, stack = aws("cloudformation"), unique("failed")
    client.create_stack(StackName=stack, TemplateBody=body(stack))
    client.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 0.02})
    bad = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::GetAtt": ["Queue", "Nonsense"]}}}
    client.update_stack(StackName=stack, TemplateBody=body(stack, Bad=bad), DisableRollback=True)
    with pytest.raises(WaiterError):
        client.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig={"Delay": 0.02})
    with pytest.raises(ClientError, match=r"non-terminal \[UPDATE_FAILED\]"):
        client.execute_change_set(ChangeSetName=asked(aws, stack, body(f"{stack}-other")))
    client.rollback_stack(StackName=stack)
    client.get_waiter("stack_rollback_complete").wait(StackName=stack, WaiterConfig={"Delay": 0.02})
    client.execute_change_set(ChangeSetName=asked(aws, stack, body(f"{stack}-afterwards")))
    client.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig={"Delay": 0.02})
