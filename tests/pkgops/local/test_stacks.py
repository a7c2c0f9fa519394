"""Contract: stack operations (polyfills stack_parameters, output_changes, secret_reference)."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.emulator

QUEUE = {"Queue": {"Type": "AWS::SQS::Queue"}}


def test_an_unknown_parameter_is_refused(aws, unique):
    with pytest.raises(aws("cloudformation").exceptions.ClientError, match=r"Parameters: \[Nonsense\] do not exist"):
        aws("cloudformation").create_stack(
            StackName=unique("refused"),
            TemplateBody=json.dumps({"Resources": QUEUE}),
            Parameters=[{"ParameterKey": "Nonsense", "ParameterValue": "1"}],
        )


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
    assert stack.settled().status == "UPDATE_COMPLETE"
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
    assert stack.settled().outputs == {"Greeting": "good day"}


def test_a_change_set_that_changes_nothing_still_fails(aws, deploy):
    described = change(aws, deploy(QUEUE), {"Resources": QUEUE})
    assert described["Status"] == "FAILED"
    assert "didn't contain changes" in described["StatusReason"]


def test_a_reference_to_a_secret_is_its_arn(aws, deploy, unique):
    name = unique("secret")

    def template(description):
        secret = {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"Name": name, "SecretString": "s", "Description": description},
        }
        return {"Resources": {"Secret": secret}, "Outputs": {"Arn": {"Value": {"Ref": "Secret"}}}}

    stack = deploy(template("one"))
    arn = stack.outputs["Arn"]
    assert arn.startswith(f"arn:aws:secretsmanager:us-east-1:000000000000:secret:{name}-")
    assert stack.update(template("two")).status == "UPDATE_COMPLETE"
    found = aws("secretsmanager").describe_secret(SecretId=arn)
    assert (found["ARN"], found["Description"]) == (arn, "two")
    assert stack.delete().status == "DELETE_COMPLETE"
    assert name not in [row["Name"] for row in aws("secretsmanager").list_secrets()["SecretList"]]
