"""The ARNs that resources of templates will have.

Explicit names are in templates; of a name that CloudFormation generates, the beginning is known. A resource with a
random id gets the narrowest ARN pattern that AWS documents for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pkgops.build.synth import SynthesizedStack
from pkgops.intrinsics import texts
from pkgops.permissions.registry import arn_services, service

_REST = ("apigateway:{r}::/restapis", "apigateway:{r}::/restapis/*", "apigateway:{r}::/tags/*")
_HTTP = ("apigateway:{r}::/apis", "apigateway:{r}::/apis/*", "apigateway:{r}::/tags/*")
_NAMES = "apigateway:{r}::/domainnames"
_DOMAIN = (_NAMES, f"{_NAMES}/{{n}}", f"{_NAMES}/{{n}}/*", "apigateway:{r}::/tags/*")

# type -> the property with the name ("" for none), and ARNs without "arn:<partition>:" ({r}egion, {a}ccount, {n}ame).
_SHAPES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "AWS::ApiGateway::Account": ("", ("apigateway:{r}::/account",)),
    "AWS::ApiGateway::DomainName": ("DomainName", _DOMAIN),
    "AWS::ApiGateway::RestApi": ("", _REST),
    "AWS::ApiGatewayV2::Api": ("", _HTTP),
    "AWS::ApiGatewayV2::DomainName": ("DomainName", _DOMAIN),
    "AWS::Backup::BackupPlan": ("", ("backup:{r}:{a}:backup-plan:*",)),
    "AWS::Backup::BackupVault": ("BackupVaultName", ("backup:{r}:{a}:backup-vault:{n}",)),
    "AWS::Budgets::Budget": ("BudgetName", ("budgets::{a}:budget/{n}", "billing::{a}:billingview/primary")),
    "AWS::CertificateManager::Certificate": ("", ("acm:{r}:{a}:certificate/*",)),
    "AWS::CloudFront::CachePolicy": ("", ("cloudfront::{a}:cache-policy/*",)),
    "AWS::CloudFront::CloudFrontOriginAccessIdentity": ("", ("cloudfront::{a}:origin-access-identity/*",)),
    "AWS::CloudFront::Distribution": ("", ("cloudfront::{a}:distribution/*",)),
    "AWS::CloudFront::Function": ("Name", ("cloudfront::{a}:function/{n}",)),
    "AWS::CloudFront::OriginAccessControl": ("", ("cloudfront::{a}:origin-access-control/*",)),
    "AWS::CloudFront::OriginRequestPolicy": ("", ("cloudfront::{a}:origin-request-policy/*",)),
    "AWS::CloudFront::ResponseHeadersPolicy": ("", ("cloudfront::{a}:response-headers-policy/*",)),
    "AWS::CloudWatch::Alarm": ("AlarmName", ("cloudwatch:{r}:{a}:alarm:{n}",)),
    "AWS::CloudWatch::Dashboard": ("DashboardName", ("cloudwatch::{a}:dashboard/{n}",)),
    "AWS::CodeDeploy::Application": ("ApplicationName", ("codedeploy:{r}:{a}:application:{n}",)),
    "AWS::CodeDeploy::DeploymentGroup": ("", ("codedeploy:{r}:{a}:deploymentgroup:{application}/{n}",)),
    "AWS::Cognito::UserPool": ("", ("cognito-idp:{r}:{a}:userpool/*",)),
    "AWS::DynamoDB::Table": ("TableName", ("dynamodb:{r}:{a}:table/{n}",)),
    "AWS::EC2::EIP": ("", ("ec2:{r}:{a}:elastic-ip/*",)),
    "AWS::EC2::InternetGateway": ("", ("ec2:{r}:{a}:internet-gateway/*",)),
    "AWS::EC2::NatGateway": ("", ("ec2:{r}:{a}:natgateway/*",)),
    "AWS::EC2::RouteTable": ("", ("ec2:{r}:{a}:route-table/*",)),
    "AWS::EC2::SecurityGroup": ("", ("ec2:{r}:{a}:security-group/*",)),
    "AWS::EC2::Subnet": ("", ("ec2:{r}:{a}:subnet/*",)),
    "AWS::EC2::VPC": ("", ("ec2:{r}:{a}:vpc/*",)),
    "AWS::EC2::VPCEndpoint": ("", ("ec2:{r}:{a}:vpc-endpoint/*",)),
    "AWS::ElastiCache::ReplicationGroup": (
        "ReplicationGroupId",
        ("elasticache:{r}:{a}:replicationgroup:{n}", "elasticache:{r}:{a}:cluster:{n}-*"),
    ),
    "AWS::ElastiCache::SubnetGroup": ("CacheSubnetGroupName", ("elasticache:{r}:{a}:subnetgroup:{n}",)),
    "AWS::Events::EventBus": ("Name", ("events:{r}:{a}:event-bus/{n}",)),
    "AWS::Events::Rule": ("Name", ("events:{r}:{a}:rule/{n}",)),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", ("iam::{a}:policy/{n}",)),
    "AWS::IAM::Role": ("RoleName", ("iam::{a}:role/{n}",)),
    "AWS::KMS::Key": ("", ("kms:{r}:{a}:key/*",)),
    "AWS::Lambda::EventSourceMapping": ("", ("lambda:{r}:{a}:event-source-mapping:*",)),
    "AWS::Lambda::Function": ("FunctionName", ("lambda:{r}:{a}:function:{n}",)),
    "AWS::Lambda::LayerVersion": ("LayerName", ("lambda:{r}:{a}:layer:{n}", "lambda:{r}:{a}:layer:{n}:*")),
    "AWS::Logs::LogGroup": ("LogGroupName", ("logs:{r}:{a}:log-group:{n}", "logs:{r}:{a}:log-group:{n}:*")),
    "AWS::EC2::FlowLog": ("", ("ec2:{r}:{a}:vpc-flow-log/*",)),
    "AWS::RDS::DBCluster": ("DBClusterIdentifier", ("rds:{r}:{a}:cluster:{n}",)),
    "AWS::RDS::DBInstance": ("DBInstanceIdentifier", ("rds:{r}:{a}:db:{n}",)),
    "AWS::RDS::DBSubnetGroup": ("DBSubnetGroupName", ("rds:{r}:{a}:subgrp:{n}",)),
    "AWS::S3::Bucket": ("BucketName", ("s3:::{n}",)),
    "AWS::SES::EmailIdentity": ("EmailIdentity", ("ses:{r}:{a}:identity/{n}",)),
    "AWS::SNS::Topic": ("TopicName", ("sns:{r}:{a}:{n}",)),
    "AWS::SQS::Queue": ("QueueName", ("sqs:{r}:{a}:{n}",)),
    "AWS::SSM::Parameter": ("Name", ("ssm:{r}:{a}:parameter/{n}",)),
    "AWS::Scheduler::Schedule": ("Name", ("scheduler:{r}:{a}:schedule/default/{n}",)),
    "AWS::SecretsManager::Secret": ("Name", ("secretsmanager:{r}:{a}:secret:{n}-??????",)),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", ("states:{r}:{a}:stateMachine:{n}",)),
    "AWS::WAFv2::WebACL": ("Name", ("wafv2:{r}:{a}:regional/webacl/{n}/*",)),
}
# Versions and aliases have the function's ARN followed by their own name.
_QUALIFIED = frozenset({"AWS::Lambda::Alias", "AWS::Lambda::Version"})
_LOWER = frozenset({"AWS::S3::Bucket"})
_MAX_NAME = 64  # a generated name may be truncated to this; then less of its beginning is certain
_SUFFIX = 13  # characters CloudFormation appends to stack and logical id
_MIN_PREFIX = 20  # characters of the stack's name that a truncation leaves at least

ResourceKey = tuple[str, str]
"""A resource of a system: key of its stack, logical id."""


@dataclass(frozen=True, slots=True)
class SystemContext:
    """What ARNs depend on. ``stacks`` are all stacks of the system, because values are passed between them."""

    stacks: Mapping[str, SynthesizedStack]
    region: str
    account: str

    @property
    def partition(self) -> str:
        """The partition of every ARN in the region."""
        return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(re.sub(r"-[a-z]+-\d$", "", self.region), "aws")

    def resource(self, place: ResourceKey) -> Mapping[str, Any]:
        """The definition of a resource."""
        found: Mapping[str, Any] = self.stacks[place[0]].template["Resources"][place[1]]
        return found

    def arn(self, format: str, **values: str) -> str:
        """The full ARN for a format without ``arn:<partition>:``."""
        return f"arn:{self.partition}:" + format.format(r=self.region, a=self.account, **values)

    def text(self, value: Any) -> str | None:
        """A literal or a Sub of account and region as text; None for a value that is known only after deployment."""
        found = self._substituted(value)
        return found if found is not None and "${" not in found else None

    def _substituted(self, value: Any) -> str | None:
        """A text, or that of a Sub with account, region and partition filled in; None for other values."""
        if isinstance(value, Mapping) and isinstance(value.get("Fn::Sub"), str):
            pseudo = {"AccountId": self.account, "Region": self.region, "Partition": self.partition}
            return re.sub(r"\$\{AWS::(\w+)\}", lambda found: pseudo.get(found[1], found[0]), value["Fn::Sub"])
        return value if isinstance(value, str) else None

    def literals(self, value: Any) -> Iterator[str]:
        """Every text inside a value that is known before deployment."""
        text = self.text(value)
        if text is not None:
            yield text
        elif isinstance(value, Mapping | list | tuple):
            for inner in value.values() if isinstance(value, Mapping) else value:
                yield from self.literals(inner)

    def references(self, stack: str, value: Any) -> Iterator[ResourceKey]:
        """The resources a value refers to, including those behind parameters filled from other stacks' outputs."""
        if isinstance(value, Mapping):
            for key, inner in value.items():
                names = _referred(key, inner)
                for name in names:
                    yield from self._reference(stack, name)
                if not names or key == "Fn::Sub":
                    yield from self.references(stack, inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                yield from self.references(stack, inner)

    def arns(self, place: ResourceKey) -> tuple[str, ...]:
        """The ARNs of a resource; () for one that is part of another and has none."""
        resource = self.resource(place)
        kind, properties = resource["Type"], resource.get("Properties", {})
        if kind in _QUALIFIED:
            functions = [
                one for name in self.references(place[0], properties["FunctionName"]) for one in self.arns(name)
            ]
            return tuple(arn for function in functions for arn in (function, f"{function}:*"))
        if kind not in _SHAPES:
            return ()
        key, shapes = _SHAPES[kind]
        application = ""
        if kind == "AWS::CodeDeploy::DeploymentGroup":
            key = "DeploymentGroupName"
            [above] = self.references(place[0], properties["ApplicationName"])
            application = self.name(above, "ApplicationName")
        name = self.name(place, key)
        return tuple(self.arn(shape, n=name, application=application) for shape in shapes)

    def name(self, place: ResourceKey, key: str) -> str:
        """A resource's physical name, or the pattern of one that is known only after deployment."""
        resource = self.resource(place)
        given = self._substituted(_property(resource.get("Properties", {}), key))
        if given is not None:
            given = re.sub(r"\$\{[^}]*\}", "*", given)  # the id of an API, for example
            return given.lstrip("/") if resource["Type"] == "AWS::SSM::Parameter" else given
        stack = self.stacks[place[0]].name
        made = f"{stack}-{place[1]}-"
        if len(made) + _SUFFIX > _MAX_NAME:
            made = stack[:_MIN_PREFIX]
        return (made.lower() if resource["Type"] in _LOWER else made) + "*"

    def services(self, stack: str, resource: Mapping[str, Any]) -> set[str]:
        """The prefixes of the services whose resources a definition refers to."""
        named = {service(self.resource(place)["Type"]) for place in self.references(stack, resource)}
        return named | {prefix for text in texts(resource) for prefix in arn_services(text)}

    def _reference(self, stack: str, name: str) -> Iterator[ResourceKey]:
        here = self.stacks[stack]
        if name in here.template["Resources"]:
            yield stack, name
        elif name in here.inputs:
            upstream, _, output = here.inputs[name].partition(".")
            if upstream in self.stacks:
                yield from self.references(upstream, self.stacks[upstream].template["Outputs"][output]["Value"])


def _referred(key: str, value: Any) -> list[str]:
    if key == "Ref":
        return [str(value)]
    if key == "Fn::GetAtt":
        return [value[0] if isinstance(value, Sequence) and not isinstance(value, str) else str(value).split(".")[0]]
    if key == "Fn::Sub":
        return re.findall(r"\$\{(\w+)(?:\.[\w.]+)?\}", value if isinstance(value, str) else value[0])
    return []


def _property(properties: Any, key: str) -> Any:
    """A property, at the top or one level below (a budget's name is in its ``Budget``)."""
    if key in properties:
        return properties[key]
    inner = [value[key] for value in properties.values() if isinstance(value, Mapping) and key in value]
    return inner[0] if inner else None
