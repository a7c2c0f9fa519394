"""Contract: requests are authorized on the resource they name."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.emulator import ACCOUNT, REGION
from tests.pkgops.local.polyfills.callers import Caller, statement

pytestmark = pytest.mark.emulator

TOPIC = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}


@pytest.fixture
def caller(emulator, unique):
    return Caller(emulator, unique("caller"))


def test_a_change_set_belongs_to_its_stack(caller, unique):
    name = unique("stack")
    stack = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/*"
    caller.may(statement("cloudformation:*", on=stack), statement("sns:*"))
    cloudformation = caller.aws("cloudformation")
    made = cloudformation.create_change_set(
        StackName=name, ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=json.dumps(TOPIC)
    )["Id"]
    caller.may(statement("cloudformation:*", on=stack.replace(name, "other")))
    for call in (cloudformation.describe_change_set, cloudformation.execute_change_set):
        with pytest.raises(ClientError, match="not authorized"):
            call(ChangeSetName=made)
    caller.may(statement("cloudformation:*", on=stack), statement("sns:*"))
    cloudformation.execute_change_set(ChangeSetName=made)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0})
    cloudformation.delete_stack(StackName=name)


def test_a_live_tail_reads_its_log_group(aws, caller, unique):
    name = unique("group")
    aws("logs").create_log_group(logGroupName=name)
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"
    caller.may(statement("logs:StartLiveTail", on=f"{group}-other"))
    with pytest.raises(ClientError, match="not authorized"):
        caller.aws("logs").start_live_tail(logGroupIdentifiers=[group])
    caller.may(statement("logs:StartLiveTail", on=group))
    session = caller.aws("logs").start_live_tail(logGroupIdentifiers=[group])["responseStream"]
    assert "sessionStart" in next(iter(session))
    session.close()


def test_a_move_of_messages_is_of_its_queue(aws, caller, unique):
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{unique('queue')}"
    caller.may(statement("sqs:StartMessageMoveTask", on=f"{queue}-other"))
    with pytest.raises(ClientError, match="not authorized"):
        caller.aws("sqs").start_message_move_task(SourceArn=queue)
    caller.may(statement("sqs:StartMessageMoveTask", on=queue))
    with pytest.raises(ClientError) as refused:  # there is no such queue
        caller.aws("sqs").start_message_move_task(SourceArn=queue)
    assert "not authorized" not in str(refused.value)
