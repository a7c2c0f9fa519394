"""Why does a policy name more than the system's own resources?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

_LISTS = "lists or describes, and takes no narrower resource"

# "*", or service and what stands behind the account in an ARN -> actions and the reason; the first that fits counts.
_REASONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "*": (
        ("lambda:CreateEventSourceMapping", "takes no resource; the condition names the functions"),
        ("cognito-idp:CreateUserPool", "takes no resource: a pool's id is random"),
        ("acm:RequestCertificate", "takes no resource: a certificate's id is random"),
        ("backup-storage:MountCapsule", "takes no resource; no backup vault is made without it"),
        ("codedeploy:StopDeployment", "takes no resource; a rollout that is rolled back is stopped"),
        ("cloudwatch:GetMetricData", "takes no resource; tells the age of a queue's oldest message"),
        ("cloudformation:*Stacks", "every deployment begins with one list of all stacks"),
        ("*:Describe*", _LISTS),
        ("*:BatchDescribe*", _LISTS),
        ("*:List*", _LISTS),
    ),
    "apigateway:/restapis": (("*", "a REST API is made in the list of all"),),
    "apigateway:/restapis/*": (("*", "the ids of REST APIs are random"),),
    "apigateway:/apis": (("*", "an HTTP API is made in the list of all"),),
    "apigateway:/apis/*": (("*", "the ids of HTTP APIs are random"),),
    "apigateway:/tags/*": (("*", "an API is tagged by its ARN, in which its id is random"),),
    "apigateway:/account": (("*", "a region has one: the role API Gateway logs with"),),
    "apigateway:/domainnames": (("*", "a domain name is made in the list of all"),),
    "backup:backup-plan:*": (("*", "the ids of backup plans are random"),),
    "cognito-idp:userpool/*": (("*", "the ids of user pools are random"),),
    "acm:certificate/*": (("*", "the ids of certificates are random"),),
    "lambda:event-source-mapping:*": (("*", "the ids of event source mappings are random"),),
    "kms:key/*": (("*", "the ids of keys are random; the condition names the service they are used through"),),
    "codedeploy:deploymentconfig:*": (("codedeploy:Get*", "AWS's own deployment configurations, read only"),),
    "cloudwatch:alarm:*": (("cloudwatch:Describe*", "asked on all alarms, whichever are named"),),
    "cloudformation:stack/*": (
        ("cloudformation:Get*", "gc spares what the template of any stack names"),
        ("cloudformation:List*", "gc spares what the change set of any stack names"),
        ("cloudformation:Describe*", "what is in the way of a deployment may be any stack's"),
    ),
    "billing:billingview/primary": (("billing:Get*", "the account's own costs, which a budget is about"),),
    "iam:role/aws-service-role/*": (("*", "the role a service makes for itself; the condition names the service"),),
}

# A kind of resource and no name; the objects of a bucket have the bucket's.
_BARE = re.compile(r"(?!s3:)[\w-]+:([\w-]+[:/])?\*")
# Types the tool has no names for.
UNNAMED = "the narrowest that is documented for a type whose names are not made out here"


@dataclass(frozen=True, slots=True)
class BroadGrant:
    """A resource that no name narrows, the actions on it, and why."""

    resource: str
    actions: tuple[str, ...]
    reason: str


def broad_grants(documents: Iterable[Mapping[str, Any]]) -> list[BroadGrant]:
    """Everything in the documents that stands for more than a system's own, by resource and reason."""
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
    """An ARN without what a stage decides: partition, region, account, and the service a linked role is for."""
    if resource == "*":
        return resource
    _, _, service, _, _, rest = resource.split(":", 5)
    if rest.startswith("role/aws-service-role/"):
        rest = "role/aws-service-role/*"
    return f"{service}:{rest}"


def _reason(rows: Iterable[tuple[str, str]], action: str) -> str:
    return next((why for actions, why in rows if fnmatchcase(action, actions)), UNNAMED)
