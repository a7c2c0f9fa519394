"""The permissions a deployer needs for the resources of a system.

CloudFormation acts with the permissions of its caller. So the deployer needs every action that its resource handlers
call, on the ARNs the resources will have; roles may be passed only to services that may assume them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from pkgops.build.synth import resources
from pkgops.permissions.arns import ResourceKey, SystemContext
from pkgops.permissions.need import EVERYTHING, Need, condition
from pkgops.permissions.registry import DELETE, OPERATIONS, required_actions, resource_formats, service, takes_resource
from pkgops.permissions.unlisted_needs import linked_role_of, service_linked_role, unlisted_needs

# For functions at the edge: CloudFront copies them with the caller's permissions ("Set up IAM permissions and roles for
# Lambda@Edge" in its developer guide). The actions are spelled with the star.
_REPLICATION = ("lambda:DisableReplication*", "lambda:EnableReplication*", "lambda:GetFunction")
_REPLICATORS = ("logger.cloudfront.amazonaws.com", "replicator.lambda.amazonaws.com")
_ROLE, _KEY = "AWS::IAM::Role", "AWS::KMS::Key"
_MAPPINGS = frozenset({"lambda:CreateEventSourceMapping", "lambda:UpdateEventSourceMapping"})


def needs(context: SystemContext) -> set[Need]:
    """Everything CloudFormation calls to create, update and delete the stacks."""
    return {
        need
        for key, stack in context.stacks.items()
        for logical_id in stack.template["Resources"]
        for need in _of_resource(context, (key, logical_id))
    }


def _of_resource(context: SystemContext, key: ResourceKey) -> Iterator[Need]:
    resource = context.resource(key)
    services = context.services(key[0], resource)
    operations = [name for name in OPERATIONS if not (name == DELETE and is_always_retained(resource))]
    properties = resource.get("Properties", {})
    actions = {
        action for name in operations for action in required_actions(resource["Type"], name, properties, services)
    }
    for action in sorted(actions):
        special = _special_needs(context, key, action)
        yield from _ordinary_needs(context, key, action) if special is None else special
    yield from unlisted_needs(context, key)
    if resource["Type"] == "AWS::CloudFront::Distribution":
        yield from _replication(context, key)


def _replication(context: SystemContext, key: ResourceKey) -> Iterator[Need]:
    """What running functions at the edge takes."""
    versions = [one for one in _referenced(context, key) if context.resource(one)["Type"] == "AWS::Lambda::Version"]
    for one in versions:
        yield from (Need(action, arn) for action in _REPLICATION for arn in context.arns(one))
    if versions:
        yield from (linked_role_of(context, maker) for maker in _REPLICATORS)


def is_always_retained(resource: Mapping[str, Any]) -> bool:
    """True if CloudFormation never deletes the resource, with its stack or on replacement."""
    return resource.get("DeletionPolicy") == "Retain" == resource.get("UpdateReplacePolicy")


def _ordinary_needs(context: SystemContext, key: ResourceKey, action: str) -> list[Need]:
    """The action on the resource's own ARNs, and on what it refers to of other kinds that the action takes, like the
    VPC of a subnet; if it accepts none of its own, on what it refers to; else on the narrowest pattern that the service
    documents."""
    if not takes_resource(action):
        return [Need(action, EVERYTHING)]
    resource = context.resource(key)
    own = (*context.arns(key), *_objects(context, resource.get("Properties", {})))
    other = [arn for one in _referenced(context, key) for arn in context.arns(one)]
    formats = resource_formats(action)
    fitting = [arn for arn in own if _accepts(context, action, arn, formats)]
    further = {kind: forms for kind, forms in formats.items() if forms and not _any_fits(context, fitting, forms)}
    if further or not fitting:
        fitting += [arn for arn in other if _accepts(context, action, arn, further if fitting else formats)]
    if fitting:
        return [Need(action, arn) for arn in fitting]
    last = _word(resource["Type"].rpartition("::")[2])
    alike = {kind: forms for kind, forms in formats.items() if _word(kind) in last or last in _word(kind)}
    return [Need(action, pattern) for pattern in _documented(context, alike or formats)] or [Need(action, EVERYTHING)]


def _word(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _special_needs(context: SystemContext, key: ResourceKey, action: str) -> list[Need] | None:
    """Actions that are narrowed by a condition or need another resource; None for other actions."""
    kind = context.resource(key)["Type"]
    if action == "iam:PassRole":
        return list(_passed_roles(context, key))
    if action == "iam:CreateServiceLinkedRole":
        return [service_linked_role(context, kind)]
    if action == "iam:AttachRolePolicy":
        managed = context.resource(key)["Properties"].get("ManagedPolicyArns", [])
        arns = [context.text(arn) or EVERYTHING for arn in managed]
        return [Need(action, arn, condition("ArnLike", "iam:PolicyARN", arns)) for arn in context.arns(key)]
    if action == "lambda:GetLayerVersion" and kind == "AWS::Lambda::Function":
        layers = [
            one for one in _referenced(context, key) if context.resource(one)["Type"] == "AWS::Lambda::LayerVersion"
        ]
        return [Need(action, arn) for one in layers for arn in context.arns(one)]
    if action == "cloudwatch:DescribeAlarms":  # required on all alarms, whichever are named
        return [Need(action, context.arn("cloudwatch:{r}:{a}:alarm:*"))]
    if action.startswith("kms:") and kind != _KEY:
        through = condition("StringEquals", "kms:ViaService", [f"{service(kind)}.{context.region}.amazonaws.com"])
        keys = [
            arn
            for one in _referenced(context, key)
            if context.resource(one)["Type"] == _KEY
            for arn in context.arns(one)
        ]
        return [Need(action, arn, through) for arn in keys or [context.arn("kms:{r}:{a}:key/*")]]
    if action in _MAPPINGS:
        target = context.arns(key) if takes_resource(action) else (EVERYTHING,)
        return [Need(action, arn, _mapped_functions(context)) for arn in target]
    return None


def _mapped_functions(context: SystemContext) -> str:
    """The condition that an event source mapping is for a function that has one in the system."""
    functions = {
        arn
        for key, stack in context.stacks.items()
        for _, mapping in resources(stack.template, "AWS::Lambda::EventSourceMapping")
        for function in context.references(key, mapping["Properties"]["FunctionName"])
        for arn in context.arns(function)
    }
    return condition("ArnLike", "lambda:FunctionArn", sorted(functions))


def _referenced(context: SystemContext, key: ResourceKey) -> list[ResourceKey]:
    """The resources that a resource refers to."""
    return list(context.references(key[0], context.resource(key)))


def _passed_roles(context: SystemContext, key: ResourceKey) -> Iterator[Need]:
    """The roles a resource is given: the template's, for the services they trust, and those given by ARN."""
    resource = context.resource(key)
    for role in _referenced(context, key):
        if context.resource(role)["Type"] == _ROLE and (trusted := _trusted_services(context.resource(role))):
            only = condition("StringEquals", "iam:PassedToService", trusted)
            yield from (Need("iam:PassRole", arn, only) for arn in context.arns(role))
    for arn in context.literals(resource):
        if re.fullmatch(r"arn:[a-z-]+:iam::\d{12}:role/.+", arn):
            own = f"{service(resource['Type'])}.amazonaws.com"
            yield Need("iam:PassRole", arn, condition("StringEquals", "iam:PassedToService", [own]))


def _trusted_services(role: Mapping[str, Any]) -> list[str]:
    """The services that a role trusts."""
    statements = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    found: set[str] = set()
    for statement in statements:
        principal = statement.get("Principal", {})
        assuming = principal.get("Service", []) if isinstance(principal, Mapping) else []
        found.update([assuming] if isinstance(assuming, str) else assuming)
    return sorted(found)


def _objects(context: SystemContext, value: Any) -> Iterator[str]:
    """The objects with a resource's code, by their prefix in the bucket."""
    if not isinstance(value, Mapping):
        return
    bucket, key = context.text(value.get("S3Bucket")), context.text(value.get("S3Key"))
    if bucket and key:
        yield context.arn("s3:::{n}", n=f"{bucket}/{key.rpartition('/')[0] or EVERYTHING}/*")
    for inner in value.values():
        yield from _objects(context, inner)


def _accepts(context: SystemContext, action: str, arn: str, formats: Mapping[str, tuple[str, ...]]) -> bool:
    """True if the action can be granted on that resource, by the documented ARN formats; without a format, on any
    resource of the same service."""
    if any(fnmatchcase(arn, pattern) for pattern in _documented(context, formats)):
        return not _object_for_bucket(arn, formats)
    return not (formats and all(formats.values())) and arn.split(":")[2] == action.partition(":")[0]


def _any_fits(context: SystemContext, arns: list[str], forms: tuple[str, ...]) -> bool:
    return any(fnmatchcase(arn, pattern) for arn in arns for pattern in _documented(context, {"": forms}))


def _object_for_bucket(arn: str, formats: Mapping[str, tuple[str, ...]]) -> bool:
    """True for an object's ARN where a bucket's is needed, or vice versa: both formats match, so the slash decides."""
    if arn.split(":")[2] != "s3":
        return False
    return ("/" in arn) != ("object" in formats)


def _documented(context: SystemContext, formats: Mapping[str, tuple[str, ...]]) -> list[str]:
    values = {"${Partition}": context.partition, "${Region}": context.region, "${Account}": context.account}
    forms = {form for some in formats.values() for form in some}
    return sorted(re.sub(r"\$\{\w+\}", lambda found: values.get(found[0], EVERYTHING), form) for form in forms)
