"""Broad grants: policy resources that include more than the system's own, and the reason for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

_LISTS = "lists or describes; accepts no narrower resource"

# "*", or service and resource part of an ARN -> (action pattern, reason); the first match counts.
_REASONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "*": (
        ("lambda:CreateEventSourceMapping", "accepts no resource; the condition names the functions"),
        ("cognito-idp:CreateUserPool", "accepts no resource: a pool's id is random"),
        ("acm:RequestCertificate", "accepts no resource: a certificate's id is random"),
        ("cloudfront:Create*", "accepts no resource: ids of distributions and their policies are random"),
        ("backup-storage:MountCapsule", "accepts no resource; required to create a backup vault"),
        ("codedeploy:StopDeployment", "accepts no resource; stops a rollout that is rolled back"),
        (
            "cloudwatch:GetMetricData",
            "accepts no resource; gets the age of a message, and the use of a system",
        ),
        ("kms:CreateKey", "accepts no resource: a key's id is random"),
        ("pricing:GetProducts", "accepts no resource; list prices are the same for everybody"),
        ("lambda:GetAccountSettings", "accepts no resource; says how much concurrency can be reserved"),
        ("logs:*", "accepts no resource: the access log of an HTTP API is delivered in the account's name"),
        ("cloudfront:UpdateDistribution", "the distribution of a domain name at the edge belongs to AWS"),
        ("secretsmanager:GetRandomPassword", "accepts no resource; makes a random value"),
        ("cloudformation:*Stacks", "every deployment starts by listing all stacks"),
        ("*:Describe*", _LISTS),
        ("*:BatchDescribe*", _LISTS),
        ("*:List*", _LISTS),
    ),
    "apigateway:/restapis": (("*", "a REST API is created in the list of all"),),
    "apigateway:/restapis/*": (("*", "the ids of REST APIs are random"),),
    "apigateway:/apis": (("*", "an HTTP API is created in the list of all"),),
    "apigateway:/apis/*": (("*", "the ids of HTTP APIs are random"),),
    "apigateway:/tags/*": (("*", "an API is tagged by its ARN, which has a random id"),),
    "apigateway:/account": (("*", "the region's setting for the role that API Gateway logs with"),),
    "apigateway:/domainnames": (("*", "a domain name is created in the list of all"),),
    "backup:backup-plan:*": (("*", "the ids of backup plans are random"),),
    "cloudfront:cache-policy/*": (("*", "the ids of cache policies are random"),),
    "cloudfront:distribution/*": (("*", "the ids of distributions are random"),),
    "cloudfront:origin-access-control/*": (("*", "the ids of access controls are random"),),
    "cloudfront:origin-access-identity/*": (("*", "the ids of access identities are random"),),
    "cloudfront:origin-request-policy/*": (("*", "the ids of origin request policies are random"),),
    "cloudfront:response-headers-policy/*": (("*", "the ids of headers policies are random"),),
    "cognito-idp:userpool/*": (("*", "the ids of user pools are random"),),
    "acm:certificate/*": (("*", "the ids of certificates are random"),),
    "lambda:event-source-mapping:*": (("*", "the ids of event source mappings are random"),),
    "ec2:elastic-ip/*": (("*", "the ids of a network's parts are random"),),
    "ec2:internet-gateway/*": (("*", "the ids of a network's parts are random"),),
    "ec2:natgateway/*": (("*", "the ids of a network's parts are random"),),
    "ec2:route-table/*": (("*", "the ids of a network's parts are random"),),
    "ec2:security-group/*": (("*", "the ids of a network's parts are random"),),
    "ec2:subnet/*": (("*", "the ids of a network's parts are random"),),
    "ec2:vpc/*": (("*", "the ids of a network's parts are random"),),
    "ec2:vpc-endpoint/*": (("*", "the ids of a network's parts are random"),),
    "ec2:security-group-rule/*": (("*", "the ids of a network's parts are random"),),
    "ec2:vpc-flow-log/*": (("*", "the ids of a network's parts are random"),),
    "rds:cluster-pg:default.*": (("*", "AWS's own settings, for a cluster that names none"),),
    "rds:pg:*": (("rds:Describe*", _LISTS),),
    "rds:db:*": (("rds:Describe*", _LISTS),),
    "rds:pg:default.*": (("*", "AWS's own settings, for an instance that names none"),),
    "rds:og:default:*": (("*", "AWS's own options, for a database that names none"),),
    "rds:cluster-snapshot:*": (("*", "the last snapshot before a deletion has a random name"),),
    "rds:snapshot:*": (("*", "the last snapshot before a deletion has a random name"),),
    "rds:global-cluster:*": (("rds:Describe*", _LISTS), ("*", "a cluster may be a member of one")),
    "elasticache:parametergroup:default.*": (("*", "AWS's own settings, for a cache that names none"),),
    "elasticache:snapshot:*": (("*", "the last snapshot before a deletion has a random name"),),
    "route53:hostedzone/*": (("*", "the zone of an endpoint's private names belongs to AWS"),),
    "logs:log-group:API-Gateway-Execution-Logs_*": (("*", "named by API Gateway after the random id of a REST API"),),
    "kms:key/*": (("*", "the ids of keys are random; the condition names the service they are used through"),),
    "codedeploy:deploymentconfig:*": (("codedeploy:Get*", "AWS's own deployment configurations, read-only"),),
    "cloudwatch:alarm:*": (("cloudwatch:Describe*", "required on all alarms, whichever are named"),),
    "cloudformation:stack/*": (
        ("cloudformation:Get*", "gc keeps what any stack's template refers to"),
        ("cloudformation:List*", "gc keeps what any stack's change set refers to"),
        ("cloudformation:Describe*", "a conflicting resource may belong to any stack"),
    ),
    "wafv2:regional/ipset/*/*": (("*", "the ids of IP sets are random"),),
    "wafv2:regional/managedruleset/*/*": (("*", "AWS's own rule sets, checked under the caller's account"),),
    "wafv2:regional/regexpatternset/*/*": (("*", "the ids of pattern sets are random"),),
    "wafv2:regional/rulegroup/*/*": (("*", "the ids of rule groups are random"),),
    "billing:billingview/primary": (("billing:Get*", "the account's own costs, which a budget monitors"),),
    "iam:role/aws-service-role/*": (("*", "the role a service creates for itself; the condition names the service"),),
}

# A kind of resource without a name; objects have their bucket's.
_BARE = re.compile(r"(?!s3:)[\w-]+:([\w-]+[:/])?\*")
_EXECUTION_LOGS = "log-group:API-Gateway-Execution-Logs_"
# For types that `pkgops.permissions.arns` does not know.
UNNAMED = "the narrowest documented pattern for a type without a known name"


@dataclass(frozen=True, slots=True)
class BroadGrant:
    """A resource pattern without a name, the actions on it, and the reason."""

    resource: str
    actions: tuple[str, ...]
    reason: str


def broad_grants(documents: Iterable[Mapping[str, Any]]) -> list[BroadGrant]:
    """The broad grants in policy documents, by resource and reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for document in documents:
        for statement in document["Statement"]:
            for resource in statement["Resource"]:
                rows = _REASONS.get(_shape(resource), ())
                if rows or _BARE.fullmatch(_shape(resource)):
                    for action in statement["Action"]:
                        found.setdefault((resource, _reason(rows, action)), []).append(action)
    return [BroadGrant(resource, tuple(actions), reason) for (resource, reason), actions in sorted(found.items())]


def _shape(resource: str) -> str:
    """Service and resource part of an ARN, without the service of a service-linked role."""
    if resource == "*":
        return resource
    _, _, service, _, _, rest = resource.split(":", 5)
    if rest.startswith("role/aws-service-role/"):
        rest = "role/aws-service-role/*"
    if rest.startswith(_EXECUTION_LOGS):
        rest = f"{_EXECUTION_LOGS}*"
    return f"{service}:{rest}"


def _reason(rows: Iterable[tuple[str, str]], action: str) -> str:
    return next((reason for actions, reason in rows if fnmatchcase(action, actions)), UNNAMED)
