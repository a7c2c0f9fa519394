"""What AWS asks for beyond the schemas of CloudFormation's registry, and what the reduction of those takes away."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest

from pkgops.build.synth import SynthesizedStack, resources
from pkgops.permissions.arns import SystemContext
from pkgops.permissions.needs import needs
from pkgops.permissions.registry import OPERATIONS, required_actions
from tests.pkgops.permissions.conftest import ACCOUNT, allowed
from tests.repository import SYSTEMS

HERE = f"us-east-1:{ACCOUNT}"


def asked(**declared: dict[str, Any]) -> set[tuple[str, str]]:
    template = {"Resources": {name: {"Type": row.pop("Type"), **row} for name, row in declared.items()}}
    stack = SynthesizedStack("demo", "one", "Demo-one", template, {}, {})
    found = needs(SystemContext({"one": stack}, "us-east-1", ACCOUNT))
    return {(need.action, need.resource) for need in found}


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("ManagedRuleGroupStatement", "managedruleset"),
        ("IPSetReferenceStatement", "ipset"),
        ("RuleGroupReferenceStatement", "rulegroup"),
        ("RegexPatternSetReferenceStatement", "regexpatternset"),
    ],
)
def test_what_a_web_acl_names_is_part_of_the_call(statement: str, named: str) -> None:
    rules = [{"Statement": {"NotStatement": {"Statement": {statement: {}}}}}]
    found = asked(Acl={"Type": "AWS::WAFv2::WebACL", "Properties": {"Scope": "REGIONAL", "Rules": rules}})
    for action in ("wafv2:CreateWebACL", "wafv2:UpdateWebACL"):
        assert (action, f"arn:aws:wafv2:{HERE}:regional/{named}/*/*") in found
    plain = asked(Acl={"Type": "AWS::WAFv2::WebACL", "Properties": {"Scope": "REGIONAL", "Rules": []}})
    assert not [resource for _, resource in plain if named in resource]


@pytest.mark.parametrize("kind", ["AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName"])
def test_a_first_domain_name_makes_the_role_of_api_gateway(kind: str) -> None:
    properties = {"DomainName": "api.example.com", "EndpointConfiguration": {"Types": ["REGIONAL"]}}
    found = asked(Name={"Type": kind, "Properties": properties})
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ops.apigateway.amazonaws.com/*"
    assert ("iam:CreateServiceLinkedRole", role) in found
    assert "cloudfront:UpdateDistribution" not in {action for action, _ in found}


def test_a_domain_name_at_the_edge_is_a_distribution() -> None:
    edge = {"DomainName": "api.example.com", "CertificateArn": "arn"}
    login = {"Domain": "login.example.com", "CustomDomainConfig": {"CertificateArn": "arn"}}
    for row in (
        {"Type": "AWS::ApiGateway::DomainName", "Properties": edge},
        {"Type": "AWS::Cognito::UserPoolDomain", "Properties": login},
    ):
        assert ("cloudfront:UpdateDistribution", "*") in asked(Name=row)


def test_a_rollout_registers_its_revision() -> None:
    update = {"CodeDeployLambdaAliasUpdate": {"ApplicationName": {"Ref": "App"}, "DeploymentGroupName": "g"}}
    alias = {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": "f"}}
    app = {"Type": "AWS::CodeDeploy::Application", "Properties": {"ApplicationName": "shop"}}
    arn = f"arn:aws:codedeploy:{HERE}:application:shop"
    for action in ("codedeploy:RegisterApplicationRevision", "codedeploy:GetApplicationRevision"):
        assert (action, arn) in asked(App=dict(app), Alias={**alias, "UpdatePolicy": update})
        assert (action, arn) not in asked(App=dict(app), Alias=dict(alias))


def test_the_access_log_of_an_http_api_is_a_delivery() -> None:
    stage = {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"AccessLogSettings": {"DestinationArn": "arn"}}}
    assert {("logs:CreateLogDelivery", "*"), ("logs:PutResourcePolicy", "*")} <= asked(Stage=stage)
    stage = {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {}}
    assert not [action for action, _ in asked(Stage=stage) if action.startswith("logs:")]


def test_the_systems_have_it_in_their_policies(made: Any) -> None:
    rows = {(action, resource) for action, resource, _ in allowed(made("pkgwatch", "prod"))}
    assert ("wafv2:CreateWebACL", f"arn:aws:wafv2:{HERE}:regional/managedruleset/*/*") in rows


# Actions of the schemas that no policy of the systems has, for a type ("*" for all) -> why it is not called.
NOT_CALLED = {
    ("*", "iam:PassRole"): "no role is given to it",
    ("*", "kms:*"): "no key of one's own is named",
    ("*", "firehose:*"): "nothing is delivered to a stream",
    ("*", "kinesis:*"): "nothing is delivered to a stream",
    ("AWS::ApiGateway::RestApi", "s3:GetObject"): "its definition is in the template",
    ("AWS::ApiGatewayV2::Api", "s3:GetObject"): "its definition is in the template",
    ("AWS::CertificateManager::Certificate", "acm-pca:*"): "of no private authority",
    ("AWS::CertificateManager::Certificate", "route53:*"): "no hosted zone is named",
    ("AWS::CloudFront::Distribution", "cloudfront:*ConnectionGroup"): "no tenants",
    ("AWS::CloudFront::Distribution", "cloudfront:GetVpcOrigin"): "no origin in a VPC",
    ("AWS::CloudFront::Distribution", "cloudfront:UpdateDistributionWithStagingConfig"): "no staging distribution",
    ("AWS::CodeDeploy::DeploymentGroup", "codedeploy:*Revision"): "the alias registers it",
    ("AWS::CodeDeploy::DeploymentGroup", "codedeploy:RegisterOnPremisesInstance"): "no instances",
    ("AWS::Cognito::UserPool*", "iam:*"): "mail is Cognito's own or sent by functions; no analytics",
    ("AWS::Cognito::UserPoolDomain", "cloudfront:UpdateDistribution"): "no domain of one's own",
    ("AWS::DynamoDB::Table", "dynamodb:*"): "no replicas, imports or policies",
    ("AWS::DynamoDB::Table", "iam:CreateServiceLinkedRole"): "no replicas",
    ("AWS::DynamoDB::Table", "logs:*"): "no import",
    ("AWS::DynamoDB::Table", "s3:*"): "no import",
    ("AWS::EC2::FlowLog", "autoscaling:*"): "no tags of a group's",
    ("AWS::EC2::FlowLog", "logs:*"): "delivered to a log group with a role, not to a bucket",
    ("AWS::EC2::FlowLog", "s3:*"): "delivered to a log group, not to a bucket",
    ("AWS::EC2::VPCGatewayAttachment", "ec2:*VpnGateway*"): "of an internet gateway",
    ("AWS::EC2::VPCEndpoint", "vpc-lattice:*"): "of a service, not of a network of services",
    ("AWS::EC2::VPCEndpoint", "vpce:*"): "of a service in the same region",
    ("AWS::RDS::DBCluster", "rds:*Role*"): "no role is given to it",
    ("AWS::RDS::DBCluster", "rds:*DBInstance"): "the template has its instances",
    ("AWS::RDS::DBCluster", "secretsmanager:*"): "its password is in a secret of the stack",
    ("AWS::RDS::DBInstance", "rds:*"): "no roles, no copy of another one",
    ("AWS::RDS::DBInstance", "ec2:*"): "in its cluster's network",
    ("AWS::RDS::DBInstance", "secretsmanager:*"): "its password is its cluster's",
    ("AWS::SecretsManager::SecretTargetAttachment", "docdb*"): "attached to a database of RDS",
    ("AWS::SecretsManager::SecretTargetAttachment", "redshift*"): "attached to a database of RDS",
    ("AWS::ElastiCache::ReplicationGroup", "logs:*"): "no log delivery",
    ("AWS::ElastiCache::ReplicationGroup", "s3:GetObject"): "no snapshot in a bucket",
    ("AWS::IAM::ManagedPolicy", "iam:*"): "attached by its roles",
    ("AWS::IAM::Role", "iam:*PermissionsBoundary"): "no boundary",
    ("AWS::Lambda::Function", "elasticfilesystem:*"): "no file system",
    ("AWS::Lambda::Function", "s3files:*"): "no file system",
    ("AWS::Lambda::Function", "lambda:*"): "no code signing, no capacity provider",
    ("AWS::Logs::LogGroup", "logs:*"): "no index, no resource policy, no tokens, no delivery",
    ("AWS::S3::Bucket", "s3:*"): "no replication, no access control list",
    ("AWS::S3::Bucket", "s3tables:*"): "no metadata tables",
    ("AWS::SNS::*", "iam:GetRole"): "no delivery status",
    ("AWS::WAFv2::WebACLAssociation", "*"): "with a stage of API Gateway, with nothing else",
}


def test_what_the_reduction_takes_away_has_a_reason(project: Any) -> None:
    from pkgops.permissions.policy import _context
    from pkgops.permissions.registry import _permissions

    removed: dict[str, set[str]] = {}
    kept: dict[str, set[str]] = {}
    for system in SYSTEMS:
        context = _context(*project(system, "prod"), ACCOUNT)
        for key, stack in context.stacks.items():
            for _, resource in resources(stack.template):
                kind, properties = resource["Type"], resource.get("Properties", {})
                named = context.services(key, resource)
                have = {a for name in OPERATIONS for a in required_actions(kind, name, properties, named)}
                kept.setdefault(kind, set()).update(have)
                removed.setdefault(kind, set()).update(*(_permissions(kind, name) for name in OPERATIONS))
    never = {(kind, action) for kind, actions in removed.items() for action in actions - kept[kind]}
    used = {rule for rule in NOT_CALLED for one in never if all(map(fnmatchcase, one, rule))}
    unexplained = {one for one in never if not any(all(map(fnmatchcase, one, rule)) for rule in NOT_CALLED)}
    assert not unexplained
    assert not NOT_CALLED.keys() - used, "nothing is taken away for these reasons any more"


def test_a_database_is_created_with_its_settings_and_subnets() -> None:
    groups = {"Type": "AWS::RDS::DBSubnetGroup", "Properties": {"DBSubnetGroupName": "shop"}}
    named = {"DBClusterIdentifier": "shop-cluster", "DBSubnetGroupName": {"Ref": "Groups"}}
    cluster = {"Type": "AWS::RDS::DBCluster", "Properties": named}
    member = {"DBClusterIdentifier": {"Ref": "Cluster"}, "DBInstanceIdentifier": "shop-writer"}
    found = asked(Groups=groups, Cluster=cluster, Writer={"Type": "AWS::RDS::DBInstance", "Properties": member})
    for action, resource in (
        ("CreateDBCluster", "cluster:shop-cluster"),
        ("CreateDBCluster", "subgrp:shop"),
        ("CreateDBCluster", "cluster-pg:default.*"),
        ("CreateDBInstance", "db:shop-writer"),
        ("CreateDBInstance", "subgrp:shop"),
        ("DeleteDBCluster", "cluster-snapshot:*"),
    ):
        assert (f"rds:{action}", f"arn:aws:rds:{HERE}:{resource}") in found


def test_what_is_made_inside_of_another_resource_is_allowed_on_both() -> None:
    network = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
    inside = {"VpcId": {"Ref": "Network"}}
    gateway = {"SubnetId": {"Ref": "Subnet"}, "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]}}
    found = asked(
        Network=network,
        Subnet={"Type": "AWS::EC2::Subnet", "Properties": inside},
        Group={"Type": "AWS::EC2::SecurityGroup", "Properties": inside},
        Table={"Type": "AWS::EC2::RouteTable", "Properties": inside},
        Address={"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}},
        Gateway={"Type": "AWS::EC2::NatGateway", "Properties": gateway},
    )
    for action, own, other in (
        ("CreateSubnet", "subnet", "vpc"),
        ("CreateSecurityGroup", "security-group", "vpc"),
        ("CreateRouteTable", "route-table", "vpc"),
        ("CreateNatGateway", "natgateway", "subnet"),
        ("CreateNatGateway", "natgateway", "elastic-ip"),
    ):
        for named in (own, other):
            assert (f"ec2:{action}", f"arn:aws:ec2:{HERE}:{named}/*") in found
    deleted = {resource for action, resource in found if action == "ec2:DeleteSubnet"}
    assert deleted == {f"arn:aws:ec2:{HERE}:subnet/*"}, "what is not part of the call is not allowed"


def test_an_endpoint_with_private_names_is_joined_with_its_zone() -> None:
    endpoint = {"VpcEndpointType": "Interface", "ServiceName": "com.amazonaws.us-east-1.secretsmanager"}
    needed = ("route53:AssociateVPCWithHostedZone", "arn:aws:route53:::hostedzone/*")
    kind = "AWS::EC2::VPCEndpoint"
    assert needed in asked(One={"Type": kind, "Properties": {**endpoint, "PrivateDnsEnabled": True}})
    assert needed not in asked(One={"Type": kind, "Properties": endpoint})


def test_a_cache_is_created_with_settings_and_leaves_a_snapshot() -> None:
    groups = {"Type": "AWS::ElastiCache::SubnetGroup", "Properties": {"CacheSubnetGroupName": "shop"}}
    named = {"ReplicationGroupId": "shop", "CacheSubnetGroupName": {"Ref": "Groups"}}
    found = asked(Groups=groups, Cache={"Type": "AWS::ElastiCache::ReplicationGroup", "Properties": named})
    for action, resource in (
        ("CreateReplicationGroup", "replicationgroup:shop"),
        ("CreateReplicationGroup", "subnetgroup:shop"),
        ("CreateReplicationGroup", "parametergroup:default.*"),
        ("DeleteReplicationGroup", "snapshot:*"),
    ):
        assert (f"elasticache:{action}", f"arn:aws:elasticache:{HERE}:{resource}") in found
