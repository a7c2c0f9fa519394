"""The actions CloudFormation calls on its caller's behalf for a resource, from its registry's schemas.

Each type's schema lists the actions its handlers may call to create, read, update and delete a resource, whatever
properties it has. cfn-lint ships the schemas, and the service authorization reference, which says on what an action
can be granted. This module reduces the list to what the properties of a resource can lead to.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

CREATE, READ, UPDATE, DELETE = OPERATIONS = ("create", "read", "update", "delete")

# Required by AWS, although neither list of actions has them yet.
_UNLISTED = frozenset({"apigateway:TagResource", "apigateway:UntagResource"})
# Actions of another service than the type's own that are always called.
_ALWAYS = frozenset({"backup-storage:MountCapsule", "billing:GetBillingViewData"})
_SUPPORTING = frozenset({"iam", "kms"})  # called for types of every service
_BACKUP_KEYS = "AWS::Backup::BackupVault"  # encrypts with a key of AWS Backup where none is named
_DATA = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")


@dataclass(frozen=True, slots=True)
class ConditionalActions:
    """Actions that a type's handlers call only if one of ``properties`` is set."""

    kind: str
    actions: frozenset[str]
    properties: frozenset[str]


def _only(kind: str, given: str, actions: str) -> ConditionalActions:
    return ConditionalActions(kind, frozenset(actions.split()), frozenset(given.split()))


# Actions that read data, grant access or affect other resources are needed only if a template uses them. All others of
# a type's own service are always needed: removing a property takes the same permission as setting it.
_CONDITIONAL = (
    _only(
        "AWS::DynamoDB::Table",
        "Replicas ReplicaSpecification ImportSourceSpecification",
        " ".join(f"dynamodb:{name}" for name in _DATA) + " dynamodb:ImportTable dynamodb:CreateTableReplica"
        " dynamodb:AssociateTableReplica iam:CreateServiceLinkedRole",
    ),
    _only("AWS::DynamoDB::Table", "ResourcePolicy", "dynamodb:PutResourcePolicy"),
    _only("AWS::S3::Bucket", "ReplicationConfiguration MetadataTableConfiguration", "s3:DeleteObject s3:PutObjectAcl"),
    _only("AWS::S3::Bucket", "AccessControl", "s3:PutBucketAcl"),
    _only(
        "AWS::CloudFront::Distribution",
        "TenantConfig ConnectionMode",
        "cloudfront:CreateConnectionGroup cloudfront:GetConnectionGroup",
    ),
    _only("AWS::CloudFront::Distribution", "VpcOriginConfig", "cloudfront:GetVpcOrigin"),
    _only(
        "AWS::CloudFront::Distribution",
        "Staging ContinuousDeploymentPolicyId",
        "cloudfront:UpdateDistributionWithStagingConfig",
    ),
    _only("AWS::IAM::ManagedPolicy", "Groups", "iam:AttachGroupPolicy iam:DetachGroupPolicy"),
    _only("AWS::IAM::ManagedPolicy", "Roles", "iam:AttachRolePolicy iam:DetachRolePolicy"),
    _only("AWS::IAM::ManagedPolicy", "Users", "iam:AttachUserPolicy iam:DetachUserPolicy"),
    _only("AWS::IAM::Role", "ManagedPolicyArns", "iam:AttachRolePolicy"),
    _only("AWS::IAM::Role", "PermissionsBoundary", "iam:PutRolePermissionsBoundary iam:DeleteRolePermissionsBoundary"),
    _only("AWS::Lambda::Function", "Layers", "lambda:GetLayerVersion"),
    _only("AWS::Lambda::Function", "CapacityProviderConfig", "lambda:PassCapacityProvider"),
    _only(
        "AWS::Lambda::Function",
        "CodeSigningConfigArn",
        "lambda:GetCodeSigningConfig lambda:PutFunctionCodeSigningConfig",
    ),
    _only("AWS::Logs::LogGroup", "ResourcePolicyDocument", "logs:PutResourcePolicy logs:DeleteResourcePolicy"),
    _only("AWS::Logs::LogGroup", "FieldIndexPolicies", "logs:PutIndexPolicy logs:DeleteIndexPolicy"),
    _only("AWS::Logs::LogGroup", "LogDeliveryConfiguration", "logs:CreateLogDelivery"),
    _only("AWS::Logs::LogGroup", "BearerTokenAuthenticationEnabled", "logs:PutBearerTokenAuthentication"),
    _only(
        "AWS::EC2::VPCGatewayAttachment",
        "VpnGatewayId",
        "ec2:AttachVpnGateway ec2:DetachVpnGateway ec2:DescribeVpnGateways",
    ),
    _only("AWS::EC2::FlowLog", "LogDestination", "logs:CreateLogDelivery logs:DeleteLogDelivery"),
    _only(
        "AWS::RDS::DBCluster",
        "ManageMasterUserPassword",
        "secretsmanager:CreateSecret secretsmanager:TagResource",
    ),
    _only(
        "AWS::RDS::DBCluster",
        "AssociatedRoles",
        "rds:AddRoleToDBCluster rds:RemoveRoleFromDBCluster",
    ),
    _only(
        "AWS::RDS::DBCluster",
        "DBClusterInstanceClass",
        "rds:CreateDBInstance rds:ModifyDBInstance rds:DeleteDBInstance",
    ),
    _only("AWS::RDS::DBInstance", "AssociatedRoles", "rds:AddRoleToDBInstance rds:RemoveRoleFromDBInstance"),
    _only(
        "AWS::RDS::DBInstance",
        "SourceDBInstanceIdentifier SourceDBClusterIdentifier",
        "rds:CreateDBInstanceReadReplica rds:PromoteReadReplica",
    ),
    _only("AWS::CodeDeploy::DeploymentGroup", "OnPremisesInstanceTagFilters", "codedeploy:RegisterOnPremisesInstance"),
    _only(
        "AWS::CodeDeploy::DeploymentGroup",
        "Deployment",
        "codedeploy:RegisterApplicationRevision codedeploy:GetApplicationRevision",
    ),
    _only("AWS::Cognito::UserPool", "SourceArn", "iam:CreateServiceLinkedRole"),
    _only(
        "AWS::Cognito::UserPoolClient",
        "AnalyticsConfiguration",
        "iam:CreateServiceLinkedRole iam:PutRolePolicy iam:DeleteRolePolicy iam:PassRole",
    ),
    _only("AWS::WAFv2::WebACLAssociation", "RuleGroupArn", "wafv2:GetPermissionPolicy wafv2:PutPermissionPolicy"),
)


def required_actions(kind: str, operation: str, properties: Any, named: Collection[str]) -> list[str]:
    """The actions, sorted, that one operation needs on a resource of type ``kind`` with these properties.

    ``named`` are the prefixes of the services whose resources the properties refer to (a role: iam, an encryption key:
    kms), because handlers call other services for such resources. Empty for types that the registry lacks."""
    there = set(_keys(properties))
    held = {action for row in _CONDITIONAL if row.kind == kind and not row.properties & there for action in row.actions}
    own = service(kind)
    return sorted(
        action
        for action in _permissions(kind, operation)
        if action not in held and _applies(kind, action, own, named, there)
    )


@cache
def service(kind: str) -> str:
    """The prefix of a type's own service: the most frequent one among its handlers' actions, except keys and roles; ""
    if it has no handlers."""
    every = Counter(action.split(":")[0] for name in OPERATIONS for action in _permissions(kind, name))
    prefixes = Counter({prefix: count for prefix, count in every.items() if prefix not in _SUPPORTING}) or every
    return max(prefixes, key=lambda prefix: (prefixes[prefix], prefix)) if prefixes else ""


@cache
def resource_formats(action: str) -> dict[str, tuple[str, ...]]:
    """On what an action can be granted: kind of resource -> formats of its ARN, with ``*`` for the variable end. Empty
    for an action without resource-level permissions."""
    prefix, _, name = action.partition(":")
    known = _reference().get(prefix, {})
    kinds = known.get("Actions", {}).get(name.lower(), {}).get("Resources", [])
    rows = {kind: known.get("Resources", {}).get(kind, {}).get("ARNFormats") or () for kind in kinds}
    return {kind: tuple(form.replace(".*", "*") for form in forms) for kind, forms in rows.items()}


@cache
def takes_resource(action: str) -> bool:
    """False for an action that can only be granted on everything."""
    prefix, _, name = action.partition(":")
    row = _reference().get(prefix, {}).get("Actions", {}).get(name.lower())
    return row is None or bool(row.get("Resources"))


def is_action(action: str) -> bool:
    """True if there is such an action. Some in the schemas are not: API operations with another name in policies,
    mistakes, and internal ones."""
    from pkgops.plan.review.iam_diff import policyuniverse

    prefix, _, name = action.partition(":")
    listed = name.lower() in _reference().get(prefix, {}).get("Actions", {})
    return listed or action in _UNLISTED or action.lower() in policyuniverse().actions


def _applies(kind: str, action: str, own: str, named: Collection[str], there: Collection[str]) -> bool:
    prefix = action.partition(":")[0]
    if prefix == own or prefix in named or action in _ALWAYS:
        return True
    if action == "iam:CreateServiceLinkedRole":
        return True
    if prefix == "kms":
        return kind == _BACKUP_KEYS or any("kms" in key.lower() for key in there)
    if prefix == "ec2":
        return "VpcConfig" in there
    if prefix == "route53":
        return "HostedZoneId" in there
    return prefix == "s3" and action.lower().startswith("s3:getobject") and "S3Bucket" in there


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _keys(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _keys(inner)


@cache
def _permissions(kind: str, operation: str) -> frozenset[str]:
    handlers: Mapping[str, Any] = _schema(kind).get("handlers", {})
    listed: Iterable[str] = handlers.get(operation, {}).get("permissions", [])
    return frozenset(_capitalized(action) for action in listed if is_action(action))


def _capitalized(action: str) -> str:
    """An action with a capital letter, as in policies; the schemas write some in lower case."""
    prefix, _, name = action.partition(":")
    return f"{prefix}:{name[0].upper()}{name[1:]}"


def _schema(kind: str) -> Mapping[str, Any]:
    from cfnlint.schema import ResourceNotFoundError
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    try:
        found: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    except ResourceNotFoundError:
        return {}
    return found


@cache
def _reference() -> Mapping[str, Any]:
    """The service authorization reference: service prefix -> its actions and the ARNs of its resources."""
    from cfnlint.data import AdditionalSpecs
    from cfnlint.helpers import load_resource

    found: Mapping[str, Any] = load_resource(AdditionalSpecs, "Policies.json")
    return found


def arn_services(text: str) -> set[str]:
    """The service prefixes of the ARNs inside a text."""
    return set(re.findall(r"arn:(?:aws[a-z-]*|\$\{AWS::Partition\}):([a-z0-9-]+):", text))
