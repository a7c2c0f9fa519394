"""Contract: rules of security groups may be resources of their own."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def resource(kind, **properties):
    return {"Type": f"AWS::EC2::{kind}", "Properties": properties}


def group_id(name):
    return {"Fn::GetAtt": [name, "GroupId"]}


def template(*ports, **more):
    resources = {
        "Vpc": resource("VPC", CidrBlock="10.78.0.0/16"),
        "Store": resource("SecurityGroup", GroupDescription="Store", VpcId={"Ref": "Vpc"}),
        "Workers": resource("SecurityGroup", GroupDescription="Workers", VpcId={"Ref": "Vpc"}),
        # Two groups that name each other: impossible with rules inside of them.
        "Out": resource(
            "SecurityGroupEgress",
            GroupId=group_id("Workers"),
            DestinationSecurityGroupId=group_id("Store"),
            IpProtocol="tcp",
            FromPort=5432,
            ToPort=5432,
        ),
    }
    for port in ports:
        resources[f"In{port}"] = resource(
            "SecurityGroupIngress",
            GroupId=group_id("Store"),
            SourceSecurityGroupId=group_id("Workers"),
            IpProtocol="tcp",
            FromPort=port,
            ToPort=port,
        )
    return {"Resources": resources | more, "Outputs": {"Store": {"Value": group_id("Store")}}}


def test_rules_come_and_go_with_their_resources(deploy, aws):
    stack = deploy(template(5432))
    assert stack.status == "CREATE_COMPLETE"
    (workers,) = aws("ec2").describe_security_groups(GroupIds=[stack.physical("Workers")])["SecurityGroups"]
    assert stack.physical("Store") in [
        pair["GroupId"] for rule in workers["IpPermissionsEgress"] for pair in rule["UserIdGroupPairs"]
    ]

    def ports():
        (store,) = aws("ec2").describe_security_groups(GroupIds=[stack.outputs["Store"]])["SecurityGroups"]
        assert all(rule["UserIdGroupPairs"][0]["GroupId"] == workers["GroupId"] for rule in store["IpPermissions"])
        return sorted(rule["FromPort"] for rule in store["IpPermissions"])

    assert ports() == [5432]
    assert stack.update(template(5432, 5433)).status == "UPDATE_COMPLETE"
    assert ports() == [5432, 5433]
    moved = template(5432)
    moved["Resources"]["In5432"]["Properties"] |= {"FromPort": 6000, "ToPort": 6000}
    assert stack.update(moved).status == "UPDATE_COMPLETE"
    assert ports() == [6000]
    assert stack.delete().status == "DELETE_COMPLETE"


def test_a_rule_of_an_unknown_group_or_for_the_second_time_fails_as_on_aws(deploy):
    again = template(5432)["Resources"]["In5432"] | {"DependsOn": "In5432"}
    twice = deploy(template(5432, Again=again))
    assert twice.status == "ROLLBACK_COMPLETE"
    assert any("already exists" in reason for reason in twice.reasons)
    lost = template(Lost=resource("SecurityGroupIngress", GroupId="sg-0123456789abcdef0", IpProtocol="-1"))
    failed = deploy(lost)
    assert failed.status == "ROLLBACK_COMPLETE"
    assert any("sg-0123456789abcdef0" in reason for reason in failed.reasons)
