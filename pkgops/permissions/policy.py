"""The IAM policies for deploying and operating a system on a stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pkgops.build.functions import EDGE_GROUPS
from pkgops.build.synth import SynthesizedStack, resources
from pkgops.permissions.api_calls import CALLS, Call, Target
from pkgops.permissions.arns import ResourceKey, SystemContext
from pkgops.permissions.need import EVERYTHING, Need
from pkgops.permissions.needs import is_always_retained, needs
from pkgops.permissions.registry import service
from pkgops.permissions.statements import PatternScope, policy_documents, statements
from pkgops.plan.looked_up import looked_up_names
from pkgops.plan.review.review import STATEFUL

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.model import Stage

_FUNCTION = "AWS::Lambda::Function"
_TYPES = {
    Target.GROUPS: ("AWS::Logs::LogGroup",),
    Target.FUNCTIONS: (_FUNCTION, "AWS::Lambda::Alias", "AWS::Lambda::Version"),
    Target.BUCKETS: ("AWS::S3::Bucket",),
    Target.ROLES: ("AWS::IAM::Role",),
    Target.TOPICS: ("AWS::SNS::Topic",),
    Target.CLUSTERS: ("AWS::RDS::DBCluster",),
    Target.INSTANCES: ("AWS::RDS::DBInstance",),
    Target.IDENTITIES: ("AWS::SES::EmailIdentity",),
    Target.TABLES: ("AWS::DynamoDB::Table",),
    Target.SEEDED_TABLES: ("AWS::DynamoDB::Table",),
    Target.SEEDED_POOLS: ("AWS::Cognito::UserPool",),
    Target.QUEUES: ("AWS::SQS::Queue",),
}
_SEED_TARGETS = (Target.SEEDED_TABLES, Target.SEEDED_POOLS)


@dataclass(frozen=True, slots=True)
class Policy:
    """A managed policy: the name to give it and its document."""

    name: str
    document: Mapping[str, Any]


def policies(project: Project, stacks: Sequence[SynthesizedStack], account: str, exclusive: bool) -> list[Policy]:
    """The policies to attach to the deployer of a system, as few documents as IAM's size limit allows.

    ``stacks`` are all stacks of the system, ``account`` the 12 digits of the stage's account, ``exclusive`` whether no
    other stage of the project shares it. The same input gives the same documents."""
    context = _context(project, stacks, account)
    wanted = needs(context) | set(_own_calls(project, context))
    data = [key for key in _keys(context, *STATEFUL) if is_always_retained(context.resource(key))]
    preserved = {arn for key in data for arn in context.arns(key)}
    found = policy_documents(statements(wanted, PatternScope(project.stage.name, exclusive, frozenset(preserved))))
    name = f"pkgops-{project.system.key}-{project.stage.name}"
    if len(found) == 1:
        return [Policy(name, found[0])]
    return [Policy(f"{name}-{number}", document) for number, document in enumerate(found, 1)]


def unlisted_types(stacks: Sequence[SynthesizedStack]) -> list[str]:
    """The types of the stacks' resources that the registry does not describe."""
    kinds = {resource["Type"] for stack in stacks for _, resource in resources(stack.template)}
    return sorted(kind for kind in kinds if not service(kind))


def has_own_account(stage: Stage, stages: Mapping[str, Stage]) -> bool:
    """True if no other stage uses the stage's account: it is pinned, and the others are pinned to other accounts."""
    others = [other for name, other in stages.items() if name != stage.name and not other.local]
    if stage.local:
        return True
    return stage.account is not None and all(other.account not in (None, stage.account) for other in others)


def _context(project: Project, stacks: Sequence[SynthesizedStack], account: str) -> SystemContext:
    """The system with what deployment adds: the bootstrap stack, code in the artifact bucket, layers."""
    from pkgops.bootstrap import SYSTEM
    from pkgops.build.build import synthesized

    (bootstrap,) = synthesized(replace(project, system=SYSTEM, settings=SYSTEM.settings()))
    every = {stack.key: _packaged(project, stack) for stack in stacks} | {bootstrap.key: bootstrap}
    return SystemContext(every, project.stage.region, account)


def _packaged(project: Project, stack: SynthesizedStack) -> SynthesizedStack:
    from pkgops.build.package import bucket_reference
    from pkgops.model import ASSET, BUNDLE

    packed = [
        logical_id
        for logical_id, function in resources(stack.template, _FUNCTION)
        if str(function["Properties"]["Code"].get("S3Key", "")).startswith((ASSET, BUNDLE))
    ]
    if not packed:
        return stack
    code = {"S3Bucket": bucket_reference(project), "S3Key": f"{project.system.key}/{EVERYTHING}"}
    name = project.named(f"{project.system.key}-{EVERYTHING}")
    layer = {"Type": "AWS::Lambda::LayerVersion", "Properties": {"LayerName": name, "Content": code}}
    declared = dict(stack.template["Resources"])
    for logical_id in packed:
        function = declared[logical_id]
        layers = [*function["Properties"].get("Layers", []), {"Ref": "Dependencies"}]
        declared[logical_id] = {**function, "Properties": {**function["Properties"], "Code": code, "Layers": layers}}
    return replace(stack, template={**stack.template, "Resources": {**declared, "Dependencies": layer}})


def _own_calls(project: Project, context: SystemContext) -> Iterator[Need]:
    """The needs of the tool's own calls."""
    targets = _targets(project, context)
    for calls in CALLS.values():
        for call in calls:
            yield from _call_needs(call, targets.get(call.target, []))


def _call_needs(call: Call, targets: Sequence[str]) -> Iterator[Need]:
    for action in call.actions:
        for target in targets:
            if action.startswith("s3:") and ("/" in target) == ("Bucket" in action):
                continue  # an object's ARN is not a bucket's
            yield Need(action, target)


def _targets(project: Project, context: SystemContext) -> dict[Target, list[str]]:
    stage = project.stage
    seeded = () if stage.protected else _SEED_TARGETS
    found = {
        on: [arn for key in _keys(context, *kinds) for arn in context.arns(key)]
        for on, kinds in _TYPES.items()
        if on not in _SEED_TARGETS or on in seeded
    }
    if not seeded and (tags := _behind(context, project.system.app.tags if project.system.app else "")):
        found[Target.SEEDED_TABLES] = tags
    names = [stack.name for stack in context.stacks.values()]
    bucket = context.arn("s3:::{n}", n=f"pkgops-artifacts-{stage.name}-{context.account}-{stage.region}")
    buckets = [key for key in _keys(context, "AWS::S3::Bucket") if _is_deleted(context, key)]
    emptied = [arn for key in buckets for arn in context.arns(key)]
    # One that does not exist yet has no random suffix and is looked up without it.
    secrets = [project.named(name) + ending for name in project.system.all_secrets for ending in ("", "-??????")]
    sites = _behind(context, project.system.site.bucket if project.system.site else "")
    groups = [context.name(key, "LogGroupName") for key in _keys(context, "AWS::Logs::LogGroup")]
    edge = [context.arn("logs:*:{a}:log-group:{n}:*", n=name) for name in groups if name.startswith(EDGE_GROUPS)]
    distributed = project.system.site is not None and project.system.site.distribution
    return found | {
        Target.SITES: [arn for one in sites for arn in (one, f"{one}/*")],
        Target.DISTRIBUTIONS: [context.arn("cloudfront::{a}:distribution/*")] if distributed else [],
        Target.EDGE_GROUPS: edge,
        Target.REGIONS: [EVERYTHING] if edge else [],
        Target.ACCOUNT: [EVERYTHING],
        Target.ALL_POOLS: [EVERYTHING] if _keys(context, "AWS::Cognito::UserPool") else [],
        Target.STACKS: [context.arn("cloudformation:{r}:{a}:stack/{n}/*", n=name) for name in names],
        Target.EVERY_STACK: [context.arn("cloudformation:{r}:{a}:stack/*")],
        Target.BUCKET: [bucket],
        Target.OBJECTS: [f"{bucket}/{project.system.key}/*", f"{bucket}/templates/*"],
        Target.GARBAGE: [f"{bucket}/*"],
        Target.EMPTIED: [arn for one in emptied for arn in (one, f"{one}/*")],
        Target.PARAMETERS: [
            context.arn("ssm:{r}:{a}:parameter/{n}", n=name.lstrip("/"))
            for stack in context.stacks.values()
            for name in looked_up_names(stack)
        ],
        Target.SECRETS: [context.arn("secretsmanager:{r}:{a}:secret:{n}", n=name) for name in secrets],
    }


def _behind(context: SystemContext, reference: str) -> list[str]:
    """The ARN of what an output names ("web.BucketName"): the bucket of a site, the table of an application's tags.
    None if the template has no such output, as it may have no such table."""
    stack, _, output = reference.partition(".")
    found = context.stacks[stack].template.get("Outputs", {}).get(output) if reference else None
    if found is None:
        return []
    value = found["Value"]
    return [arn for key in context.references(stack, value) for arn in context.arns(key)]


def _keys(context: SystemContext, *kinds: str) -> list[ResourceKey]:
    """Every resource of those types, of all types if none is given."""
    return [
        (key, logical_id)
        for key, stack in context.stacks.items()
        for logical_id, _ in resources(stack.template, *kinds)
    ]


def _is_deleted(context: SystemContext, key: ResourceKey) -> bool:
    """True if a resource is deleted with its stack."""
    return str(context.resource(key).get("DeletionPolicy", "Delete")) == "Delete"
