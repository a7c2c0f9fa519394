"""Contract: a network may have a flow log."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def template(group, traffic="ALL", name="first"):
    log = {
        "ResourceId": {"Ref": "Vpc"},
        "ResourceType": "VPC",
        "TrafficType": traffic,
        "LogGroupName": group,
        "LogDestinationType": "cloud-watch-logs",
        "DeliverLogsPermissionArn": "arn:aws:iam::000000000000:role/logs",
        "Tags": [{"Key": "Name", "Value": name}],
    }
    return {
        "Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.79.0.0/16"}},
            "Log": {"Type": "AWS::EC2::FlowLog", "Properties": log},
        }
    }


def test_a_flow_log_lives_with_its_stack(deploy, unique, aws):
    group = unique("flow")
    stack = deploy(template(group))
    assert stack.status == "CREATE_COMPLETE"

    def logs():
        found = aws("ec2").describe_flow_logs()["FlowLogs"]
        return {row["FlowLogId"]: row for row in found if row["ResourceId"] == stack.physical("Vpc")}

    first = stack.physical("Log")
    assert (logs()[first]["TrafficType"], logs()[first]["LogDestination"]) == ("ALL", group)
    assert stack.update(template(group, name="second")).status == "UPDATE_COMPLETE"
    assert list(logs()) == [first]
    assert logs()[first]["Tags"] == [{"Key": "Name", "Value": "second"}]
    assert stack.update(template(group, "REJECT")).status == "UPDATE_COMPLETE"
    assert [row["TrafficType"] for row in logs().values()] == ["REJECT"]
    vpc = stack.physical("Vpc")
    assert stack.delete().status == "DELETE_COMPLETE"
    assert [row for row in aws("ec2").describe_flow_logs()["FlowLogs"] if row["ResourceId"] == vpc] == []
