"""Contract: an update writes events for what it changes."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def queue(name, **properties):
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, **properties}}


def events(aws, stack):
    """Logical ids and states since the last update began, oldest first, without the stack's own."""
    found = []
    for event in aws("cloudformation").describe_stack_events(StackName=stack.name)["StackEvents"]:
        if event["LogicalResourceId"] == stack.name:
            if event.get("ResourceStatusReason") == "User Initiated":
                break
            continue
        found.append((event["LogicalResourceId"], event["ResourceStatus"]))
    return found[::-1]


def test_an_unchanged_resource_has_no_event(aws, unique, deploy):
    one, two = unique("one"), unique("two")
    stack = deploy({"One": queue(one), "Two": queue(two)})
    stack.update({"Resources": {"One": queue(one), "Two": queue(two, DelaySeconds=5)}})
    assert stack.status == "UPDATE_COMPLETE"
    assert events(aws, stack) == [("Two", "UPDATE_IN_PROGRESS"), ("Two", "UPDATE_COMPLETE")]
    stack.update({"Resources": {"One": queue(one), "Two": queue(two), "Three": queue(unique("three"))}})
    found = events(aws, stack)
    assert {logical_id for logical_id, _ in found} == {"Two", "Three"}


def test_a_rolled_back_update_has_events_for_what_it_changed(aws, unique, deploy):
    one, two = unique("one"), unique("two")
    stack = deploy({"One": queue(one), "Two": queue(two)})
    bad = queue(two) | {"DependsOn": "Two"}  # its name is taken
    changed = {"One": queue(one), "Two": queue(two, DelaySeconds=5), "Zero": bad}
    stack.update({"Resources": changed})
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert "One" not in {logical_id for logical_id, _ in events(aws, stack)}
    assert ("Two", "UPDATE_COMPLETE") in events(aws, stack)
