"""Contract: a change set that changes outputs alone can be executed."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.emulator

QUEUE = {"Queue": {"Type": "AWS::SQS::Queue"}}


def change(aws, stack, template, **more):
    """Makes a change set; returns its description."""
    made = aws("cloudformation").create_change_set(
        StackName=stack.name, ChangeSetName="outputs", TemplateBody=json.dumps(template), **more
    )
    return aws("cloudformation").describe_change_set(ChangeSetName=made["Id"])


def test_a_change_of_outputs_alone_can_be_executed(aws, deploy):
    stack = deploy(QUEUE)
    template = {"Resources": QUEUE, "Outputs": {"Name": {"Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}}}
    described = change(aws, stack, template)
    assert (described["Status"], described["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert described["Changes"] == []
    aws("cloudformation").execute_change_set(ChangeSetName=described["ChangeSetId"])
    assert stack.expected().status == "UPDATE_COMPLETE"
    assert stack.outputs["Name"] in stack.physical("Queue")


def test_a_parameter_only_an_output_uses_counts_as_a_change(aws, deploy):
    template = {
        "Parameters": {"Greeting": {"Type": "String", "Default": "hello"}},
        "Resources": QUEUE,
        "Outputs": {"Greeting": {"Value": {"Ref": "Greeting"}}},
    }
    stack = deploy(template)
    parameters = [{"ParameterKey": "Greeting", "ParameterValue": "good day"}]
    described = change(aws, stack, template, Parameters=parameters)
    aws("cloudformation").execute_change_set(ChangeSetName=described["ChangeSetId"])
    assert stack.expected().outputs == {"Greeting": "good day"}


def test_a_change_set_that_changes_nothing_still_fails(aws, deploy):
    described = change(aws, deploy(QUEUE), {"Resources": QUEUE})
    assert described["Status"] == "FAILED"
    assert "didn't contain changes" in described["StatusReason"]
