"""Contract: a change set lists what a condition brings and takes."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.local.polyfills.resources import queue

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize(("before", "after", "action"), [("no", "yes", "Add"), ("yes", "no", "Remove")])
def test_a_condition_that_changes_is_a_change(aws, unique, before, after, action):
    name = unique("conditional")
    template = {
        "Parameters": {"More": {"Type": "String"}},
        "Conditions": {"More": {"Fn::Equals": [{"Ref": "More"}, "yes"]}},
        "Resources": {"Queue": queue(name), "Extra": queue(f"{name}-extra") | {"Condition": "More"}},
    }
    service, body = aws("cloudformation"), json.dumps(template)

    def given(value):
        return [{"ParameterKey": "More", "ParameterValue": value}]

    service.create_stack(StackName=name, TemplateBody=body, Parameters=given(before))
    try:
        made = service.create_change_set(
            StackName=name, ChangeSetName="flip", TemplateBody=body, Parameters=given(after)
        )
        rows = [row["ResourceChange"] for row in service.describe_change_set(ChangeSetName=made["Id"])["Changes"]]
        assert [(row["LogicalResourceId"], row["Action"]) for row in rows] == [("Extra", action)]
        service.execute_change_set(ChangeSetName=made["Id"])
        service.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 200})
        found = service.describe_stack_resources(StackName=name)["StackResources"]
        assert {row["LogicalResourceId"] for row in found} == ({"Queue", "Extra"} if action == "Add" else {"Queue"})
    finally:
        service.delete_stack(StackName=name)
