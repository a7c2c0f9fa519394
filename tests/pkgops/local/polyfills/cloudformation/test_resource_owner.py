"""Contract: the stack of a resource is found by the resource's physical id."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.emulator


def owner(aws, physical_id):
    return {
        row["StackName"]
        for row in aws("cloudformation").describe_stack_resources(PhysicalResourceId=physical_id)["StackResources"]
    }


def test_it_is_known_while_the_stack_is_there(deploy, unique, aws):
    name = unique("owned")
    stack = deploy({"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}})
    url = stack.physical("Queue")
    assert owner(aws, url) == {stack.name}
    stack.delete()
    with pytest.raises(ClientError, match=f"Stack for {url} does not exist"):
        owner(aws, url)
