"""Contract: an update tells of what it changes."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def queue(name, **properties):
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, **properties}}


def told(aws, stack):
    """Logical ids and states since the last update began, oldest first, without the stack's own."""
    found = []
    for event in aws("cloudformation").describe_stack_events(StackName=stack.name)["StackEvents"]:
        if event["LogicalResourceId"] == stack.name:
            if event.get("ResourceStatusReason") == "User Initiated":
                break
            continue
        found.append((event["LogicalResourceId"], event["ResourceStatus"]))
    return found[::-1]


def test_what_stays_as_it_is_is_not_told(aws, unique, deploy):
    one, two = unique("one"), unique("two")
    stack = deploy({"One": queue(one), "Two": queue(two)})
    stack.update({"Resources": {"One": queue(one), "Two": queue(two, DelaySeconds=5)}})
    assert stack.status == "UPDATE_COMPLETE"
    assert told(aws, stack) == [("Two", "UPDATE_IN_PROGRESS"), ("Two", "UPDATE_COMPLETE")]
    stack.update({"Resources": {"One": queue(one), "Two": queue(two), "Three": queue(unique("three"))}})
    events = told(aws, stack)
    assert {logical_id for logical_id, _ in events} == {"Two", "Three"}


def test_an_update_that_is_undone_tells_of_what_it_had_changed(aws, unique, deploy):
    one, two = unique("one"), unique("two")
    stack = deploy({"One": queue(one), "Two": queue(two)})
    bad = queue(two) | {"DependsOn": "Two"}  # its name is taken
    changed = {"One": queue(one), "Two": queue(two, DelaySeconds=5), "Zero": bad}
    stack.update({"Resources": changed})
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert "One" not in {logical_id for logical_id, _ in told(aws, stack)}
    assert ("Two", "UPDATE_COMPLETE") in told(aws, stack)
