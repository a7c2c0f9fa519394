"""Contract: a network has NAT gateways with addresses of their own."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def resource(kind, **properties):
    return {"Type": f"AWS::EC2::{kind}", "Properties": properties}


def template(name, zone="a"):
    subnet = resource("Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.77.0.0/24")
    other = resource("Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.77.1.0/24")
    gateway = resource(
        "NatGateway",
        AllocationId={"Fn::GetAtt": ["Address", "AllocationId"]},
        SubnetId={"Ref": {"a": "Subnet", "b": "Other"}[zone]},
        Tags=[{"Key": "Name", "Value": name}],
    )
    route = resource(
        "Route",
        RouteTableId={"Ref": "Routes"},
        DestinationCidrBlock="0.0.0.0/0",
        NatGatewayId={"Ref": "Gateway"},
    )
    resources = {
        "Vpc": resource("VPC", CidrBlock="10.77.0.0/16"),
        "Subnet": subnet,
        "Other": other,
        "Routes": resource("RouteTable", VpcId={"Ref": "Vpc"}),
        "Address": resource("EIP", Domain="vpc"),
        "Gateway": gateway,
        "Route": route,
    }
    outputs = {"Address": {"Ref": "Address"}, "Id": {"Fn::GetAtt": ["Address", "AllocationId"]}}
    return {"Resources": resources, "Outputs": {key: {"Value": value} for key, value in outputs.items()}}


def test_a_gateway_with_its_address(deploy, unique, aws):
    name, ec2 = unique("nat"), aws("ec2")

    def gateways():
        found = ec2.describe_nat_gateways(Filters=[{"Name": "tag:Name", "Values": [name, f"{name}-2"]}])
        return [row["NatGatewayId"] for row in found["NatGateways"] if row["State"] == "available"]

    stack = deploy(template(name))
    assert stack.status == "CREATE_COMPLETE"
    before = gateways()
    assert before == [stack.physical("Gateway")]
    (address,) = ec2.describe_addresses(AllocationIds=[stack.outputs["Id"]])["Addresses"]
    assert address["PublicIp"] == stack.outputs["Address"] == stack.physical("Address")
    (table,) = ec2.describe_route_tables(RouteTableIds=[stack.physical("Routes")])["RouteTables"]
    assert before[0] in [route.get("NatGatewayId") for route in table["Routes"]]
    assert stack.update(template(f"{name}-2")).status == "UPDATE_COMPLETE"
    assert gateways() == before
    assert stack.update(template(name, "b")).status == "UPDATE_COMPLETE"
    assert gateways() == [stack.physical("Gateway")] != before
    assert stack.delete().status == "DELETE_COMPLETE"
    assert gateways() == []
    assert stack.outputs["Address"] not in [row["PublicIp"] for row in ec2.describe_addresses()["Addresses"]]
