"""Contract: a nested stack that fails is named, and leaves nothing behind."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.emulator


def nested(aws, unique, template):
    """A stack resource of that template."""
    bucket = unique("templates")
    aws("s3").create_bucket(Bucket=bucket)
    aws("s3").put_object(Bucket=bucket, Key="inner.json", Body=json.dumps({"Resources": template}))
    url = f"{aws('s3').meta.endpoint_url}/{bucket}/inner.json"
    return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}


def test_a_nested_stack_that_fails_is_named_and_leaves_nothing(aws, unique, deploy):
    name = unique("left")
    good = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}
    bad = good | {"DependsOn": "Good"}
    stack = deploy({"Inner": nested(aws, unique, {"Good": good, "Bad": bad})})
    assert stack.status == "ROLLBACK_COMPLETE"
    events = aws("cloudformation").describe_stack_events(StackName=stack.name)["StackEvents"]
    (failed,) = [e for e in events if e["LogicalResourceId"] == "Inner" and e["ResourceStatus"] == "CREATE_FAILED"]
    child = failed["PhysicalResourceId"]
    assert failed["ResourceStatusReason"] == (
        f"Embedded stack {child} was not successfully created: The following resource(s) failed to create: [Bad]."
    )
    inner = aws("cloudformation").describe_stack_events(StackName=child)["StackEvents"]
    reasons = [e["ResourceStatusReason"] for e in inner if e["LogicalResourceId"] == "Bad"]
    assert any("already exists" in reason for reason in reasons)
    assert not aws("sqs").list_queues(QueueNamePrefix=name).get("QueueUrls")


def test_a_missing_template_is_reported_as_before(aws, unique, deploy):
    missing = nested(aws, unique, {})
    missing["Properties"]["TemplateURL"] += ".not"
    stack = deploy({"Inner": missing})
    assert stack.status == "ROLLBACK_COMPLETE"
    assert any("Failed to fetch nested-stack template" in reason for reason in stack.reasons)
