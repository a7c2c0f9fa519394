"""Contract: DescribeStacks has the fields of AWS."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.local.polyfills.resources import queue

pytestmark = pytest.mark.emulator
TOPICS = ["arn:aws:sns:us-east-1:000000000000:first", "arn:aws:sns:us-east-1:000000000000:second"]


def described(aws, name):
    return aws("cloudformation").describe_stacks(StackName=name)["Stacks"][0]


def template(name):
    return json.dumps({"Resources": {"Queue": queue(name)}, "Outputs": {"Plain": {"Value": "x"}}})


@pytest.fixture
def name(aws, unique):
    made = unique("described")
    yield made
    aws("cloudformation").delete_stack(StackName=made)
    aws("cloudformation").get_waiter("stack_delete_complete").wait(StackName=made, WaiterConfig={"Delay": 0.05})


def test_a_stack_has_its_topics_and_nothing_that_is_empty(aws, name):
    aws("cloudformation").create_stack(
        StackName=name, TemplateBody=template(name), NotificationARNs=TOPICS, TimeoutInMinutes=7
    )
    row = described(aws, name)
    assert row["NotificationARNs"] == TOPICS
    assert row["TimeoutInMinutes"] == 7
    assert row["RollbackConfiguration"] == {}
    assert not {"LastUpdatedTime", "Description", "StackStatusReason", "RoleARN", "ParentId"} & row.keys()


def test_an_update_replaces_the_topics_or_leaves_them(aws, name):
    cloudformation = aws("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=template(name), NotificationARNs=TOPICS)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.05})
    for number, (given, shown) in enumerate(
        [({}, TOPICS), ({"NotificationARNs": TOPICS[:1]}, TOPICS[:1]), ({"NotificationARNs": []}, [])]
    ):
        cloudformation.update_stack(StackName=name, TemplateBody=template(f"{name}-{number}"), **given)
        cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 0.05})
        row = described(aws, name)
        assert row["NotificationARNs"] == shown
        assert row["LastUpdatedTime"] > row["CreationTime"]


def test_a_change_set_brings_its_topics_when_it_is_executed(aws, name):
    cloudformation = aws("cloudformation")
    cloudformation.create_change_set(
        StackName=name,
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=template(name),
        NotificationARNs=TOPICS,
    )
    assert described(aws, name)["NotificationARNs"] == []
    cloudformation.execute_change_set(StackName=name, ChangeSetName="first")
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.05})
    assert described(aws, name)["NotificationARNs"] == TOPICS


def test_a_nested_stack_names_its_parent(aws, deploy, unique):
    bucket = unique("templates")
    aws("s3").create_bucket(Bucket=bucket)
    aws("s3").put_object(Bucket=bucket, Key="inner.json", Body=template(unique("inner")))
    address = f"https://s3.us-east-1.amazonaws.com/{bucket}/inner.json"
    stack = deploy({"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": address}}})
    outer = described(aws, stack.name)
    inner = described(aws, stack.physical("Inner"))
    assert (inner["ParentId"], inner["RootId"]) == (outer["StackId"], outer["StackId"])
