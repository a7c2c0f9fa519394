"""Does Stream Sales' template hold what its documents say of each environment?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pkgops.model import Stage
from templates.stream_sales import SYSTEM
from templates.stream_sales.settings import Settings, advise, check
from tests.templates.conftest import built

Find = Callable[..., dict[str, Any]]
WORDS = {"dev": "dev", "staging": "staging", "prod": "production"}
STAGES = pytest.mark.parametrize("stage", WORDS)
# The documented outputs that are exported, of those that are there without the application.
EXPORTED = ("DatabaseEndpoint", "DatabaseSecretArn", "JWTSecretArn", "ImagesBucketName", "ImagesBucketURL", "VPCId")


def rows(stage: str, kind: str) -> dict[str, dict[str, Any]]:
    """The resources of a kind, whole, by logical id; ``stage`` may be a variant."""
    (case,) = built("stream_sales", stage)
    return {title: row for title, row in case.template["Resources"].items() if row["Type"] == f"AWS::{kind}"}


def of_kind(stage: str, kind: str) -> dict[str, dict[str, Any]]:
    return {title: row.get("Properties", {}) for title, row in rows(stage, kind).items()}


def one(stage: str, kind: str) -> dict[str, Any]:
    (found,) = of_kind(stage, kind).values()
    return found


@STAGES
def test_names_carry_the_environment(stage: str) -> None:
    (case,) = built("stream_sales", stage)
    word = WORDS[stage]
    assert case.stack.name == f"StreamSalesStack-{word}"
    assert case.template["Description"] == f"Stream Sales infrastructure for {word} environment"
    assert one(stage, "RDS::DBCluster")["DBClusterIdentifier"] == f"stream-sales-{word}-cluster"
    bucket = of_kind(stage, "S3::Bucket")["ImagesBucket"]
    assert bucket["BucketName"] == {"Fn::Sub": f"stream-sales-{word}-images-${{AWS::AccountId}}"}
    expected = {"Project": "StreamSales", "Environment": word, "ManagedBy": "pkgops", "CostCenter": "Engineering"}
    assert SYSTEM.tags(Stage(stage)) == expected


@STAGES
def test_documented_outputs_are_exported_and_the_command_is_not(stage: str) -> None:
    (case,) = built("stream_sales", stage)
    outputs = case.template["Outputs"]
    for key in EXPORTED:
        assert outputs[key]["Export"]["Name"] == f"StreamSales-{WORDS[stage]}-{key}"
    assert "Export" not in outputs["DatabaseConnectCommand"]
    command = outputs["DatabaseConnectCommand"]["Value"]["Fn::Sub"]
    assert "@uri" in command
    assert "?sslmode=require" in command
    # The virtual-hosted endpoint over HTTPS: the bucket is no website.
    assert outputs["ImagesBucketURL"]["Value"]["Fn::Sub"].startswith("https://${ImagesBucket}.s3.${AWS::Region}.")


# Zones, NAT gateways, and the third octets of the tiers.
NETWORKS = [
    ("dev", 2, 1, ([0, 1], [2, 3], [4, 5])),
    ("staging", 2, 1, ([0, 1], [2, 3], [4, 5])),
    ("prod", 3, 2, ([0, 1, 2], [3, 4, 5], [6, 7, 8])),
]


@pytest.mark.parametrize(("stage", "zones", "nats", "octets"), NETWORKS)
def test_three_tiers_are_numbered_one_after_the_other(
    stage: str, zones: int, nats: int, octets: tuple[list[int], ...]
) -> None:
    vpc = one(stage, "EC2::VPC")
    assert (vpc["CidrBlock"], vpc["EnableDnsSupport"], vpc["EnableDnsHostnames"]) == ("10.0.0.0/16", True, True)
    assert "InstanceTenancy" not in vpc
    subnets = of_kind(stage, "EC2::Subnet")
    for tier, numbers in zip(("Public", "Private", "Isolated"), octets, strict=True):
        found = [subnets[f"{tier}Subnet{at}"] for at in range(1, zones + 1)]
        assert [row["CidrBlock"] for row in found] == [f"10.0.{number}.0/24" for number in numbers]
        assert [row["AvailabilityZone"]["Fn::Select"] for row in found] == [
            [zone, {"Fn::GetAZs": ""}] for zone in range(zones)
        ]
        assert [row.get("MapPublicIpOnLaunch", False) for row in found] == [tier == "Public"] * zones
    assert len(subnets) == 3 * zones
    gateways = of_kind(stage, "EC2::NatGateway")
    assert [row["SubnetId"]["Ref"] for row in gateways.values()] == [f"PublicSubnet{at + 1}" for at in range(nats)]
    addresses = {row["AllocationId"]["Fn::GetAtt"][0] for row in gateways.values()}
    assert addresses == set(of_kind(stage, "EC2::EIP"))
    assert {row["Domain"] for row in of_kind(stage, "EC2::EIP").values()} == {"vpc"}


@pytest.mark.parametrize(("stage", "zones", "nats", "octets"), NETWORKS)
def test_every_subnet_has_a_table_of_its_own(stage: str, zones: int, nats: int, octets: Any) -> None:
    del octets
    connected = of_kind(stage, "EC2::SubnetRouteTableAssociation").values()
    tables = {row["SubnetId"]["Ref"]: row["RouteTableId"]["Ref"] for row in connected}
    assert len(tables) == len(set(tables.values())) == len(of_kind(stage, "EC2::RouteTable")) == 3 * zones
    routes = rows(stage, "EC2::Route")
    way = {row["Properties"]["RouteTableId"]["Ref"]: row for row in routes.values()}
    assert len(routes) == len(way) == 2 * zones  # isolated subnets have none
    for at in range(1, zones + 1):
        public, private = way[tables[f"PublicSubnet{at}"]], way[tables[f"PrivateSubnet{at}"]]
        assert public["Properties"]["GatewayId"] == {"Ref": "InternetGateway"}
        assert public["DependsOn"] == ["InternetAttachment"]
        # The third private subnet of production wraps around to the first gateway.
        assert private["Properties"]["NatGatewayId"] == {"Ref": f"NatGateway{(at - 1) % nats + 1}"}
    endpoint = next(row for row in of_kind(stage, "EC2::VPCEndpoint").values() if row["VpcEndpointType"] == "Gateway")
    assert endpoint["ServiceName"] == {"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"}
    served = {table["Ref"] for table in endpoint["RouteTableIds"]}
    assert served == {tables[f"PrivateSubnet{at}"] for at in range(1, zones + 1)}


def test_production_alone_has_a_flow_log() -> None:
    assert of_kind("dev", "EC2::FlowLog") == of_kind("staging", "EC2::FlowLog") == {}
    log = one("prod", "EC2::FlowLog")
    assert (log["TrafficType"], log["ResourceType"], log["ResourceId"]) == ("ALL", "VPC", {"Ref": "Vpc"})
    group = rows("prod", "Logs::LogGroup")[log["LogGroupName"]["Ref"]]
    assert group["Properties"]["RetentionInDays"] == 30
    assert group.get("DeletionPolicy", "Delete") == "Delete"
    role = of_kind("prod", "IAM::Role")[log["DeliverLogsPermissionArn"]["Fn::GetAtt"][0]]
    assert "vpc-flow-logs.amazonaws.com" in json.dumps(role["AssumeRolePolicyDocument"])
    (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    assert statement["Resource"] == [{"Fn::GetAtt": [log["LogGroupName"]["Ref"], "Arn"]}]


@STAGES
def test_the_database_lets_nobody_out_and_no_addresses_in(stage: str) -> None:
    group = of_kind(stage, "EC2::SecurityGroup")["DatabaseSecurityGroup"]
    (rule,) = group["SecurityGroupEgress"]
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("icmp", 252, 86)
    assert rule["CidrIp"] == "255.255.255.255/32"
    assert "SecurityGroupIngress" not in group
    for ingress in of_kind(stage, "EC2::SecurityGroupIngress").values():
        assert ingress["GroupId"] == {"Fn::GetAtt": ["DatabaseSecurityGroup", "GroupId"]}
        assert (ingress["IpProtocol"], ingress["FromPort"], ingress["ToPort"]) == ("tcp", 5432, 5432)
        assert "SourceSecurityGroupId" in ingress
        assert "CidrIp" not in ingress


def test_an_interface_endpoint_on_request() -> None:
    for stage in WORDS:
        assert len(of_kind(stage, "EC2::VPCEndpoint")) == 1
    endpoint = of_kind("prod-alarms", "EC2::VPCEndpoint")["SecretsmanagerEndpoint"]
    assert (endpoint["VpcEndpointType"], endpoint["PrivateDnsEnabled"]) == ("Interface", True)
    assert [subnet["Ref"] for subnet in endpoint["SubnetIds"]] == [f"PrivateSubnet{at}" for at in (1, 2, 3)]


def test_production_without_anybody_to_alarm_is_told() -> None:
    assert advise(Stage("prod"), Settings()) == ["Production has no alarms without ALARM_EMAIL."]
    assert advise(Stage("prod"), Settings(alarm_email="ops@example.com")) == []
    assert advise(Stage("dev"), Settings()) == []


def test_settings_are_refused_with_what_is_accepted() -> None:
    assert check(Stage("dev"), Settings()) == []
    assert check(Stage("prod"), Settings(alarm_email="ops@example.com", database_version="16.8")) == []
    assert check(Stage("dev"), Settings(alarm_email="nobody")) == [
        "ALARM_EMAIL is an address, such as ops@example.com."
    ]
    assert check(Stage("dev"), Settings(database_version="fifteen")) == [
        "DATABASE_VERSION is a version of Aurora PostgreSQL, such as 15.13."
    ]


def test_two_environments_of_one_account_share_no_name() -> None:
    found = {}
    for stage in WORDS:
        (case,) = built("stream_sales", stage)
        found[stage] = set(names(case.template)) | {case.stack.name}
        assert len(found[stage]) > 20
    assert not found["dev"] & found["staging"]
    assert not (found["dev"] | found["staging"]) & found["prod"]


def names(template: dict[str, Any]) -> Iterator[str]:
    """The names that resources and exports have in the account."""
    for row in template["Resources"].values():
        for key, value in row.get("Properties", {}).items():
            named = key.endswith(("Name", "Identifier")) and key not in ("ServiceName", "DatabaseName")
            if named and not {"Ref", "Fn::GetAtt"} & set(value if isinstance(value, dict) else ()):
                yield f"{row['Type']} {key} {value}"
    for row in template["Outputs"].values():
        if "Export" in row:
            yield row["Export"]["Name"]
