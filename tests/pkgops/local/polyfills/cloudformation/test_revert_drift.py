"""Contract: drift-aware change sets."""

from __future__ import annotations

import json
import time

import pytest

from tests.emulator import archive

pytestmark = pytest.mark.emulator

MODE = {"DeploymentMode": "REVERT_DRIFT"}


def queues(name, timeout=30):
    """A queue, and one that knows its ARN."""
    dead = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"{name}-dead", "VisibilityTimeout": timeout}}
    target = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3}
    first = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, "RedrivePolicy": target}}
    return {"Resources": {"Dead": dead, "First": first}, "Outputs": {"Url": {"Value": {"Ref": "Dead"}}}}


def made(aws, stack, template, **more):
    """Makes a change set; its description."""
    change_set = aws("cloudformation").create_change_set(
        StackName=stack.name,
        ChangeSetName=f"revert-{time.time_ns()}",
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        **(MODE | more),
    )
    return aws("cloudformation").describe_change_set(ChangeSetName=change_set["Id"])


def executed(aws, stack, described):
    aws("cloudformation").execute_change_set(ChangeSetName=described["ChangeSetId"])
    return stack.expected().status


def changes(described):
    rows = (row["ResourceChange"] for row in described["Changes"])
    return {row["LogicalResourceId"]: (row["Action"], row["ResourceDriftStatus"]) for row in rows}


def attribute(aws, url, name):
    return aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"].get(name)


def test_a_changed_property_is_put_back_although_the_template_is_the_same(aws, deploy, unique):
    template = queues(unique("queue"))
    stack = deploy(template)
    url = stack.physical("Dead")
    aws("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "99"})
    aws("sqs").send_message(QueueUrl=url, MessageBody="kept")
    described = made(aws, stack, template)
    assert (described["DeploymentMode"], described["StackDriftStatus"]) == ("REVERT_DRIFT", "DRIFTED")
    assert changes(described) == {"Dead": ("Modify", "MODIFIED")}
    (row,) = described["Changes"]
    assert [one["Target"]["Name"] for one in row["ResourceChange"]["Details"]] == ["VisibilityTimeout"]
    assert row["ResourceChange"]["Replacement"] == "False"
    assert executed(aws, stack, described) == "UPDATE_COMPLETE"
    assert attribute(aws, url, "VisibilityTimeout") == "30"
    assert aws("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"] == "kept"
    assert made(aws, stack, template)["Status"] == "FAILED"


def test_what_was_deleted_is_made_again(aws, deploy, unique):
    template = queues(unique("queue"))
    stack = deploy(template)
    aws("sqs").delete_queue(QueueUrl=stack.physical("Dead"))
    described = made(aws, stack, template)
    assert changes(described)["Dead"] == ("Add", "DELETED")
    assert executed(aws, stack, described) == "UPDATE_COMPLETE"
    assert attribute(aws, stack.outputs["Url"], "VisibilityTimeout") == "30"
    assert stack.delete().status == "DELETE_COMPLETE"


def test_a_change_of_the_template_and_a_drift_are_deployed_together(aws, deploy, unique):
    name = unique("queue")
    stack = deploy(queues(name))
    dead, first = stack.physical("Dead"), stack.physical("First")
    aws("sqs").set_queue_attributes(QueueUrl=dead, Attributes={"VisibilityTimeout": "99"})
    aws("sqs").set_queue_attributes(QueueUrl=first, Attributes={"RedrivePolicy": ""})
    described = made(aws, stack, queues(name, timeout=60))
    assert changes(described) == {"Dead": ("Modify", "MODIFIED"), "First": ("Modify", "MODIFIED")}
    assert executed(aws, stack, described) == "UPDATE_COMPLETE"
    assert attribute(aws, dead, "VisibilityTimeout") == "60"
    assert json.loads(attribute(aws, first, "RedrivePolicy"))["maxReceiveCount"] == 3


def test_a_function_gets_its_memory_back_and_keeps_its_code(aws, deploy, unique, role):
    aws("s3").create_bucket(Bucket=(bucket := unique("code")))
    aws("s3").put_object(Bucket=bucket, Key="k", Body=archive({"app.py": "def handler(e, c): return 'mine'"}))
    properties = {
        "FunctionName": unique("function"),
        "Runtime": "python3.12",
        "Handler": "app.handler",
        "Role": role,
        "MemorySize": 256,
        "Timeout": 5,
        "Code": {"S3Bucket": bucket, "S3Key": "k"},
    }
    template = {"Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}}
    stack = deploy(template)
    name = properties["FunctionName"]
    aws("lambda").update_function_configuration(FunctionName=name, MemorySize=512, Timeout=60)
    described = made(aws, stack, template)
    assert executed(aws, stack, described) == "UPDATE_COMPLETE"
    found = aws("lambda").get_function_configuration(FunctionName=name)
    assert (found["MemorySize"], found["Timeout"]) == (256, 5)
    assert json.load(aws("lambda").invoke(FunctionName=name)["Payload"]) == "mine"


def test_after_a_rollback_the_drift_is_still_known(aws, deploy, unique):
    name = unique("queue")
    template = queues(name)
    stack = deploy(template)
    url = stack.physical("Dead")
    aws("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "99"})
    aws("sqs").delete_queue(QueueUrl=stack.physical("First"))
    broken = {"Fn::GetAtt": ["Dead", "Nonsense"]}
    bad = {"Bad": {"Type": "AWS::SQS::Queue", "DependsOn": "First", "Properties": {"QueueName": broken}}}
    described = made(aws, stack, {"Resources": template["Resources"] | bad})
    assert executed(aws, stack, described) == "UPDATE_ROLLBACK_COMPLETE"
    assert changes(made(aws, stack, template)) == {"Dead": ("Modify", "MODIFIED"), "First": ("Add", "DELETED")}


def test_a_description_may_hold_the_values(aws, deploy, unique):
    template = queues(unique("queue"))
    stack = deploy(template)
    aws("sqs").set_queue_attributes(
        QueueUrl=stack.physical("First"), Attributes={"RedrivePolicy": "", "VisibilityTimeout": "9"}
    )
    described = made(aws, stack, template)
    again = aws("cloudformation").describe_change_set(
        ChangeSetName=described["ChangeSetId"], IncludePropertyValues=True
    )
    (row,) = again["Changes"]
    before, after = (json.loads(row["ResourceChange"][f"{side}Context"])["Properties"] for side in ("Before", "After"))
    assert "RedrivePolicy" not in before
    assert after["RedrivePolicy"]["deadLetterTargetArn"].startswith("arn:aws:sqs:")
    assert "BeforeContext" not in described["Changes"][0]["ResourceChange"]


def test_other_change_sets_do_not_look_for_drift(aws, deploy, unique):
    template = queues(unique("queue"))
    stack = deploy(template)
    aws("sqs").set_queue_attributes(QueueUrl=stack.physical("Dead"), Attributes={"VisibilityTimeout": "99"})
    plain = aws("cloudformation").create_change_set(
        StackName=stack.name, ChangeSetName="plain", TemplateBody=json.dumps(template)
    )
    described = aws("cloudformation").describe_change_set(ChangeSetName=plain["Id"])
    assert described["Status"] == "FAILED"
    assert "StackDriftStatus" not in described


def test_a_new_stack_has_no_drift_to_revert(aws, unique):
    with pytest.raises(aws("cloudformation").exceptions.ClientError, match="REVERT_DRIFT"):
        aws("cloudformation").create_change_set(
            StackName=unique("new"), ChangeSetName="x", ChangeSetType="CREATE", TemplateBody="{}", **MODE
        )
