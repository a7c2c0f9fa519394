"""The permissions an operation on a resource needs of its caller, each with the ARN it is checked on.

The actions are those CloudFormation's registry lists for the type (`pkgops.permissions.registry`). The ARNs follow
from the resource's physical id, its attributes and resolved properties.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from pkgops.intrinsics import texts
from pkgops.permissions.registry import arn_services, required_actions, resource_formats, takes_resource

_EC2, _RDS = "ec2:{region}:{account}:", "rds:{region}:{account}:"
_REST, _HTTP = "apigateway:{region}::/restapis/{RestApiId}", "apigateway:{region}::/apis/{ApiId}"
# type -> its ARN behind the partition, from its physical id and its properties.
_ARNS: Mapping[str, str] = {
    "AWS::ApiGateway::Account": "apigateway:{region}::/account",
    "AWS::ApiGateway::Deployment": f"{_REST}/deployments/{{id}}",
    "AWS::ApiGateway::GatewayResponse": f"{_REST}/gatewayresponses/{{ResponseType}}",
    "AWS::ApiGateway::Method": f"{_REST}/resources/{{ResourceId}}/methods/{{HttpMethod}}",
    "AWS::ApiGateway::Model": f"{_REST}/models/{{Name}}",
    "AWS::ApiGateway::RequestValidator": f"{_REST}/requestvalidators/{{id}}",
    "AWS::ApiGateway::Resource": f"{_REST}/resources/{{id}}",
    "AWS::ApiGateway::RestApi": "apigateway:{region}::/restapis/{id}",
    "AWS::ApiGateway::Stage": f"{_REST}/stages/{{StageName}}",
    "AWS::ApiGatewayV2::Api": "apigateway:{region}::/apis/{id}",
    "AWS::ApiGatewayV2::Authorizer": f"{_HTTP}/authorizers/{{id}}",
    "AWS::ApiGatewayV2::Integration": f"{_HTTP}/integrations/{{id}}",
    "AWS::ApiGatewayV2::Route": f"{_HTTP}/routes/{{id}}",
    "AWS::ApiGatewayV2::Stage": f"{_HTTP}/stages/{{StageName}}",
    "AWS::Backup::BackupPlan": "backup:{region}:{account}:backup-plan:{id}",
    "AWS::Backup::BackupSelection": "backup:{region}:{account}:backup-plan:{BackupPlanId}",
    "AWS::Backup::BackupVault": "backup:{region}:{account}:backup-vault:{id}",
    "AWS::CloudWatch::Alarm": "cloudwatch:{region}:{account}:alarm:{id}",
    "AWS::CloudWatch::Dashboard": "cloudwatch::{account}:dashboard/{id}",
    "AWS::CodeDeploy::Application": "codedeploy:{region}:{account}:application:{id}",
    "AWS::CodeDeploy::DeploymentGroup": "codedeploy:{region}:{account}:deploymentgroup:{ApplicationName}/{id}",
    "AWS::Cognito::UserPoolClient": "cognito-idp:{region}:{account}:userpool/{UserPoolId}",
    "AWS::EC2::EIP": f"{_EC2}elastic-ip/{{id}}",
    "AWS::EC2::FlowLog": f"{_EC2}vpc-flow-log/{{id}}",
    "AWS::EC2::InternetGateway": f"{_EC2}internet-gateway/{{id}}",
    "AWS::EC2::NatGateway": f"{_EC2}natgateway/{{id}}",
    "AWS::EC2::Route": f"{_EC2}route-table/{{RouteTableId}}",
    "AWS::EC2::RouteTable": f"{_EC2}route-table/{{id}}",
    "AWS::EC2::SecurityGroup": f"{_EC2}security-group/{{id}}",
    "AWS::EC2::SecurityGroupEgress": f"{_EC2}security-group/{{GroupId}}",
    "AWS::EC2::SecurityGroupIngress": f"{_EC2}security-group/{{GroupId}}",
    "AWS::EC2::Subnet": f"{_EC2}subnet/{{id}}",
    "AWS::EC2::SubnetRouteTableAssociation": f"{_EC2}route-table/{{RouteTableId}}",
    "AWS::EC2::VPC": f"{_EC2}vpc/{{id}}",
    "AWS::EC2::VPCEndpoint": f"{_EC2}vpc-endpoint/{{id}}",
    "AWS::EC2::VPCGatewayAttachment": f"{_EC2}internet-gateway/{{InternetGatewayId}}",
    "AWS::IAM::Role": "iam::{account}:role/{id}",
    "AWS::Lambda::EventSourceMapping": "lambda:{region}:{account}:event-source-mapping:{id}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{id}",
    "AWS::Lambda::Permission": "lambda:{region}:{account}:function:{FunctionName}",
    "AWS::Lambda::Url": "lambda:{region}:{account}:function:{TargetFunctionArn}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{id}:log-stream:",
    "AWS::RDS::DBCluster": f"{_RDS}cluster:{{id}}",
    "AWS::RDS::DBInstance": f"{_RDS}db:{{id}}",
    "AWS::RDS::DBSubnetGroup": f"{_RDS}subgrp:{{id}}",
    "AWS::S3::BucketPolicy": "s3:::{Bucket}",
    "AWS::WAFv2::WebACL": "wafv2:{region}:{account}:regional/webacl/{name}/{part}",
}
# Types that are parts of what these properties name.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "AWS::SNS::Subscription": ("TopicArn",),
    "AWS::SecretsManager::SecretTargetAttachment": ("SecretId",),
    "AWS::SNS::TopicPolicy": ("Topics",),
    "AWS::SQS::QueuePolicy": ("Queues",),
    "AWS::WAFv2::WebACLAssociation": ("ResourceArn", "WebACLArn"),
}
_LINKED = {
    "AWS::Backup::BackupSelection": "backup.amazonaws.com",
    "AWS::DynamoDB::Table": "replication.dynamodb.amazonaws.com",
    "AWS::RDS::DBCluster": "rds.amazonaws.com",
    "AWS::RDS::DBInstance": "rds.amazonaws.com",
    "AWS::RDS::DBSubnetGroup": "rds.amazonaws.com",
}
_ROLE = re.compile(r"arn:aws:iam::\d{12}:role/[^\s\"]+")
_KEY = re.compile(r"arn:aws:kms:[a-z0-9-]+:\d{12}:key/[^\s\"]+")


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a stack as it is: its physical id, its attributes, its resolved properties."""

    kind: str
    id: str
    properties: Mapping[str, Any]
    attributes: Mapping[str, Any]
    region: str
    account: str


@dataclass(frozen=True, slots=True)
class Check:
    """An action, the ARN it is checked on, and the condition keys of the request (in lower case)."""

    action: str
    arn: str
    keys: Mapping[str, Any] = field(default_factory=dict)


def checks(resource: Resource, *operations: str) -> Iterator[Check]:
    """Everything AWS checks for the operations, sorted by action."""
    named = {service for text in texts(resource.properties) for service in arn_services(text)}
    actions = {
        action for name in operations for action in required_actions(resource.kind, name, resource.properties, named)
    }
    for action in sorted(actions):
        yield from _checks(resource, action)


def _checks(resource: Resource, action: str) -> Iterator[Check]:
    if action.startswith("iam:"):
        yield from _role_checks(resource, action)
    elif action.startswith("kms:"):
        through = {"kms:viaservice": f"{_service(resource)}.{resource.region}.amazonaws.com"}
        named = sorted({key for text in texts(resource.properties) for key in _KEY.findall(text)})
        for key in named or [f"arn:aws:kms:{resource.region}:{resource.account}:key/of-the-service"]:
            yield Check(action, key, through)
    elif action.startswith("s3:GetObject"):
        yield from (Check(action, arn) for arn in _objects(resource.properties))
    else:
        keys = {"lambda:functionarn": _function(resource)} if "EventSourceMapping" in action else {}
        yield from (Check(action, arn, keys) for arn in _targets(resource, action))


def _role_checks(resource: Resource, action: str) -> Iterator[Check]:
    if action == "iam:CreateServiceLinkedRole":
        service = _LINKED.get(resource.kind, "")
        arn = f"arn:aws:iam::{resource.account}:role/aws-service-role/{service}/AWSServiceRole"
        yield Check(action, arn, {"iam:awsservicename": service})
    elif action == "iam:AttachRolePolicy":
        for policy in resource.properties.get("ManagedPolicyArns", []):
            yield Check(action, _arn(resource), {"iam:policyarn": policy})
    elif resource.kind == "AWS::IAM::Role":
        yield Check(action, _arn(resource))
    else:  # passed to the service the type belongs to, or looked at before
        to = {"iam:passedtoservice": f"{_service(resource)}.amazonaws.com"} if action == "iam:PassRole" else {}
        roles = sorted({role for text in texts(resource.properties) for role in _ROLE.findall(text)})
        yield from (Check(action, role, to) for role in roles)


def _service(resource: Resource) -> str:
    """The type's service, as its principal is called."""
    name = resource.kind.split("::")[1].lower()
    return {"apigatewayv2": "apigateway", "cognito": "cognito-idp"}.get(name, name)


def _targets(resource: Resource, action: str) -> list[str]:
    """The ARNs an action is checked on: the resource's own, or those it names of the action's service."""
    if not takes_resource(action):
        return ["*"]
    if action == "cloudwatch:DescribeAlarms":
        return [f"arn:aws:cloudwatch:{resource.region}:{resource.account}:alarm:*"]
    if action == "apigateway:POST":
        return [_arn(resource).rpartition("/")[0]]
    if action == "lambda:GetLayerVersion" and resource.kind == "AWS::Lambda::Function":
        return list(resource.properties.get("Layers", []))
    if action == "lambda:PublishLayerVersion":
        return [resource.id.rpartition(":")[0]]
    if action == "billing:GetBillingViewData":
        return [f"arn:aws:billing::{resource.account}:billingview/primary"]
    if resource.kind in _PARTS:
        forms = [form for forms in resource_formats(action).values() for form in _filled(forms, resource)]
        named = sorted(text for key in _PARTS[resource.kind] for text in texts(resource.properties.get(key)))
        return [arn for arn in named if any(fnmatchcase(arn, form) for form in forms or ["arn:aws:apigateway:*"])]
    return _own(resource, action)


def _own(resource: Resource, action: str) -> list[str]:
    """The resource's ARN; none for what handlers of RDS and CodeDeploy read of other kinds."""
    own = _arn(resource)
    if action.startswith(("rds:Describe", "codedeploy:GetDeploymentConfig")):
        forms = [form for forms in resource_formats(action).values() for form in _filled(forms, resource)]
        return [own] if any(fnmatchcase(own, form) for form in forms) else []
    return [own]


def _arn(resource: Resource) -> str:
    """The resource's ARN: by its type's shape, or as the emulator reports it, or by the documented format."""
    shape = _ARNS.get(resource.kind)
    if shape:
        values = {key: str(value).rpartition(":function:")[2] for key, value in resource.properties.items()}
        name, _, rest = resource.id.partition("|")  # a web ACL's id is made of three
        values |= {"id": resource.id, "region": resource.region, "account": resource.account}
        values |= {"name": name, "part": rest.partition("|")[0]}
        return "arn:aws:" + shape.format_map(values)
    reported = [value for value in (*resource.attributes.values(), resource.id) if str(value).startswith("arn:")]
    if reported:
        return str(reported[0])
    prefix, last = _service(resource), resource.kind.split("::")[2]
    name = resource.id.rpartition("/")[2]  # a queue's id is its URL
    forms = sorted(form for forms in _formats(prefix, last) for form in _filled(forms, resource))
    if forms:
        return forms[0].replace("*", name)
    return f"arn:aws:{prefix}:{resource.region}:{resource.account}:{name}"


def _filled(forms: Iterable[str], resource: Resource) -> list[str]:
    """Formats of ARNs with account and region filled in."""
    values = {"${Partition}": "aws", "${Region}": resource.region, "${Account}": resource.account}
    return [re.sub(r"\$\{\w+\}", lambda found: values.get(found[0], "*"), form) for form in forms]


def _formats(prefix: str, last: str) -> list[tuple[str, ...]]:
    """The formats of the action that creates the resource, or else of the one that describes it."""
    for verb in ("Create", "Put", "Describe", "Get", "Modify"):
        if found := resource_formats(f"{prefix}:{verb}{last}"):
            return list(found.values())
    return []


def _objects(properties: Any) -> Iterator[str]:
    if isinstance(properties, Mapping):
        if "S3Bucket" in properties and "S3Key" in properties:
            yield f"arn:aws:s3:::{properties['S3Bucket']}/{properties['S3Key']}"
        for inner in properties.values():
            yield from _objects(inner)


def _function(resource: Resource) -> str:
    name = str(resource.properties.get("FunctionName", "")).rpartition(":function:")[2]
    return f"arn:aws:lambda:{resource.region}:{resource.account}:function:{name}"
