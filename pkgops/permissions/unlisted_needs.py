"""Which permissions does AWS ask for that the registry's schemas do not list, or list for less?

Found by comparing the schemas of the types in use with the services' own documentation and with what people report as
denied. Each row says where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.permissions.arns import ResourceKey, SystemContext
from pkgops.permissions.need import EVERYTHING, Need, condition

# What a web ACL's rules name is a resource of the call, too ("Actions, resources, and condition keys for AWS WAF V2").
# A managed rule set belongs to its vendor, and AWS checks it under the caller's account.
_RULES = {
    "ManagedRuleGroupStatement": "managedruleset/*/*",
    "RuleGroupReferenceStatement": "rulegroup/*/*",
    "IPSetReferenceStatement": "ipset/*/*",
    "RegexPatternSetReferenceStatement": "regexpatternset/*/*",
}
# CloudFormation deploys a new version of a function through CodeDeploy, whose revision it registers ("CodeDeploy
# permissions reference"; the schema of the alias lists only the deployment).
_REVISION = ("codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision")
# An HTTP API's access log is a delivery of CloudWatch Logs, made with the caller's permissions ("Configure logging for
# HTTP APIs"). A REST API logs with the role of the account.
_DELIVERY = tuple(
    f"logs:{action}"
    for action in (
        "CreateLogDelivery",
        "DeleteLogDelivery",
        "DescribeLogGroups",
        "DescribeResourcePolicies",
        "GetLogDelivery",
        "ListLogDeliveries",
        "PutResourcePolicy",
        "UpdateLogDelivery",
    )
)
_DOMAINS = {"AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName"}
# Services that make a role of their own with the first resource of a kind in an account.
_LINKED = {
    "AWS::Backup::BackupSelection": "backup.amazonaws.com",
    "AWS::Cognito::UserPool": "email.cognito-idp.amazonaws.com",
    "AWS::Cognito::UserPoolClient": "email.cognito-idp.amazonaws.com",
    "AWS::DynamoDB::Table": "replication.dynamodb.amazonaws.com",
    "AWS::EC2::FlowLog": "vpc-flow-logs.amazonaws.com",
    "AWS::ElastiCache::ReplicationGroup": "elasticache.amazonaws.com",
    "AWS::RDS::DBCluster": "rds.amazonaws.com",
    "AWS::RDS::DBInstance": "rds.amazonaws.com",
    "AWS::RDS::DBSubnetGroup": "rds.amazonaws.com",
}
# A database is created and changed together with its settings, its options and its subnets, which are resources of the
# call ("Actions, resources, and condition keys for Amazon RDS"); so is the last snapshot of one that is deleted.
_DATABASES = {
    "AWS::RDS::DBCluster": (
        ("rds:CreateDBCluster", ("cluster-pg:default.*", "og:default:*")),
        ("rds:ModifyDBCluster", ("cluster-pg:default.*", "og:default:*")),
        ("rds:CreateDBClusterSnapshot", ("cluster-snapshot:*",)),
        ("rds:DeleteDBCluster", ("cluster-snapshot:*",)),
    ),
    "AWS::RDS::DBInstance": (
        ("rds:CreateDBInstance", ("pg:default.*", "og:default:*")),
        ("rds:ModifyDBInstance", ("pg:default.*", "og:default:*")),
    ),
}
# The same of a cache, whose nodes have the settings of its version unless it names others ("Actions, resources, and
# condition keys for Amazon ElastiCache").
_CACHES = (
    ("elasticache:CreateCacheCluster", "parametergroup:default.*"),
    ("elasticache:CreateReplicationGroup", "parametergroup:default.*"),
    ("elasticache:ModifyReplicationGroup", "parametergroup:default.*"),
    ("elasticache:CreateSnapshot", "snapshot:*"),
    ("elasticache:DeleteReplicationGroup", "snapshot:*"),
)
_GROUP, _CLUSTER = "AWS::RDS::DBSubnetGroup", "AWS::RDS::DBCluster"
_ANY_SERVICE = "*.amazonaws.com"


def unlisted_needs(context: SystemContext, key: ResourceKey) -> Iterator[Need]:
    """The needs of a resource besides those of its type's schema."""
    resource = context.resource(key)
    kind, properties = resource["Type"], resource.get("Properties", {})
    yield from _inside_of_a_network(context, kind, properties)
    if kind == "AWS::WAFv2::WebACL":
        yield from _rule_sets(context, properties)
    elif kind in _DATABASES:
        yield from _database(context, key)
    elif kind in _DOMAINS:
        yield from _domain(context, properties)
    elif kind == "AWS::Lambda::Alias" and "CodeDeployLambdaAliasUpdate" in resource.get("UpdatePolicy", {}):
        yield from _revisions(context, key)
    elif kind == "AWS::ApiGatewayV2::Stage" and "AccessLogSettings" in properties:
        yield from (Need(action, EVERYTHING) for action in _DELIVERY)
    elif kind == "AWS::Cognito::UserPoolDomain" and "CustomDomainConfig" in properties:
        yield Need("cloudfront:UpdateDistribution", EVERYTHING)


def service_linked_role(context: SystemContext, kind: str) -> Need:
    """The permission to let the service of a type create its own role."""
    return linked_role_of(context, _LINKED.get(kind, _ANY_SERVICE))


def linked_role_of(context: SystemContext, maker: str) -> Need:
    """The permission to let one service create its own role."""
    role = context.arn("iam::{a}:role/aws-service-role/{maker}/*", maker=maker)
    return Need("iam:CreateServiceLinkedRole", role, condition("StringLike", "iam:AWSServiceName", [maker]))


def _rule_sets(context: SystemContext, properties: Mapping[str, Any]) -> Iterator[Need]:
    scope = "global" if properties.get("Scope") == "CLOUDFRONT" else "regional"
    for named in sorted(_RULES.keys() & set(_keys(properties))):
        arn = context.arn("wafv2:{r}:{a}:{scope}/{named}", scope=scope, named=_RULES[named])
        yield from (Need(action, arn) for action in ("wafv2:CreateWebACL", "wafv2:UpdateWebACL"))


def _domain(context: SystemContext, properties: Mapping[str, Any]) -> Iterator[Need]:
    """A regional domain needs API Gateway's own role; one at the edge is a distribution of CloudFront's."""
    if "EDGE" in properties.get("EndpointConfiguration", {}).get("Types", ["EDGE"]) and "CertificateArn" in properties:
        yield Need("cloudfront:UpdateDistribution", EVERYTHING)
    yield linked_role_of(context, "ops.apigateway.amazonaws.com")


def _inside_of_a_network(context: SystemContext, kind: str, properties: Mapping[str, Any]) -> Iterator[Need]:
    if kind == "AWS::ElastiCache::ReplicationGroup":
        yield from (Need(action, context.arn("elasticache:{r}:{a}:{n}", n=named)) for action, named in _CACHES)
    elif kind == "AWS::EC2::VPCEndpoint" and properties.get("PrivateDnsEnabled"):
        # The service's name is answered inside the VPC by a zone of its own ("CreateVpcEndpoint", dependent actions).
        yield Need("route53:AssociateVPCWithHostedZone", context.arn("route53:::hostedzone/*"))


def _database(context: SystemContext, key: ResourceKey) -> Iterator[Need]:
    resource = context.resource(key)
    for action, kinds in _DATABASES[resource["Type"]]:
        yield from (Need(action, context.arn("rds:{r}:{a}:{kind}", kind=kind)) for kind in kinds)
    create = "rds:CreateDBCluster" if resource["Type"] == _CLUSTER else "rds:CreateDBInstance"
    clusters = [one for one in context.references(key[0], resource) if context.resource(one)["Type"] == _CLUSTER]
    # An instance of a cluster is in the subnets of that.
    for place in (key, *clusters):
        yield from (Need(create, arn) for arn in _subnet_groups(context, place))


def _subnet_groups(context: SystemContext, key: ResourceKey) -> list[str]:
    referred = context.references(key[0], context.resource(key))
    return [arn for one in referred if context.resource(one)["Type"] == _GROUP for arn in context.arns(one)]


def _revisions(context: SystemContext, key: ResourceKey) -> Iterator[Need]:
    for place in context.references(key[0], context.resource(key)["UpdatePolicy"]):
        if context.resource(place)["Type"] == "AWS::CodeDeploy::Application":
            yield from (Need(action, arn) for action in _REVISION for arn in context.arns(place))


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _keys(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _keys(inner)
