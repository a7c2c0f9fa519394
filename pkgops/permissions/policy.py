"""Which IAM policies does somebody need to deploy and operate a system on a stage?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pkgops.build.synth import Synthesized, resources
from pkgops.permissions.api_calls import CALLS, Call, On
from pkgops.permissions.arns import Place, Surroundings
from pkgops.permissions.needs import EVERYTHING, Need, kept, needs
from pkgops.permissions.registry import service
from pkgops.permissions.statements import Reach, documents, statements
from pkgops.plan.review import STATEFUL

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.model import Stage

_FUNCTION = "AWS::Lambda::Function"
_KINDS = {
    On.GROUPS: ("AWS::Logs::LogGroup",),
    On.FUNCTIONS: (_FUNCTION, "AWS::Lambda::Alias", "AWS::Lambda::Version"),
    On.BUCKETS: ("AWS::S3::Bucket",),
    On.ROLES: ("AWS::IAM::Role",),
    On.TABLES: ("AWS::DynamoDB::Table",),
    On.SEEDED_TABLES: ("AWS::DynamoDB::Table",),
    On.SEEDED_POOLS: ("AWS::Cognito::UserPool",),
    On.QUEUES: ("AWS::SQS::Queue",),
}
_SEEDED = (On.SEEDED_TABLES, On.SEEDED_POOLS)


@dataclass(frozen=True, slots=True)
class Policy:
    """A managed policy: the name to give it and its document."""

    name: str
    document: Mapping[str, Any]


def policies(project: Project, stacks: Sequence[Synthesized], account: str, alone: bool) -> list[Policy]:
    """What to attach to whoever deploys the system, few documents that IAM takes as they are.

    ``stacks`` are all stacks of the system, ``account`` the 12 digits of the stage's account, ``alone`` whether no
    other stage of the project shares it. The same input gives the same documents."""
    around = _around(project, stacks, account)
    wanted = needs(around) | set(_called(project, around))
    data = [place for place in _places(around, *STATEFUL) if kept(around.resource(place))]
    spared = {arn for place in data for arn in around.arns(place)}
    found = documents(statements(wanted, Reach(project.stage.name, alone, frozenset(spared))))
    name = f"pkgops-{project.system.key}-{project.stage.name}"
    if len(found) == 1:
        return [Policy(name, found[0])]
    return [Policy(f"{name}-{number}", document) for number, document in enumerate(found, 1)]


def unlisted(stacks: Sequence[Synthesized]) -> list[str]:
    """The types of the stacks' resources whose needs the registry does not list."""
    kinds = {resource["Type"] for stack in stacks for _, resource in resources(stack.template)}
    return sorted(kind for kind in kinds if not service(kind))


def alone(stage: Stage, stages: Mapping[str, Stage]) -> bool:
    """True if the stage's account is its own among all ``stages``: pinned, and to another one than theirs."""
    others = [other for name, other in stages.items() if name != stage.name and not other.local]
    if stage.local:
        return True
    return stage.account is not None and all(other.account not in (None, stage.account) for other in others)


def _around(project: Project, stacks: Sequence[Synthesized], account: str) -> Surroundings:
    """The system with what deploying adds to it: the bootstrap stack, code in the artifact bucket, layers."""
    from pkgops.bootstrap import SYSTEM
    from pkgops.build.build import synthesized

    (bootstrap,) = synthesized(replace(project, system=SYSTEM, settings=SYSTEM.settings()))
    every = {stack.key: _packaged(project, stack) for stack in stacks} | {bootstrap.key: bootstrap}
    return Surroundings(every, project.stage.region, account)


def _packaged(project: Project, stack: Synthesized) -> Synthesized:
    from pkgops.build.package import bucket_reference
    from pkgops.model import ASSET

    packed = [
        logical_id
        for logical_id, function in resources(stack.template, _FUNCTION)
        if str(function["Properties"]["Code"].get("S3Key", "")).startswith(ASSET)
    ]
    if not packed:
        return stack
    code = {"S3Bucket": bucket_reference(project), "S3Key": f"{project.system.key}/{EVERYTHING}"}
    name = project.stage.named(f"{project.system.key}-{EVERYTHING}")
    layer = {"Type": "AWS::Lambda::LayerVersion", "Properties": {"LayerName": name, "Content": code}}
    declared = dict(stack.template["Resources"])
    for logical_id in packed:
        function = declared[logical_id]
        layers = [*function["Properties"].get("Layers", []), {"Ref": "Dependencies"}]
        declared[logical_id] = {**function, "Properties": {**function["Properties"], "Code": code, "Layers": layers}}
    return replace(stack, template={**stack.template, "Resources": {**declared, "Dependencies": layer}})


def _called(project: Project, around: Surroundings) -> Iterator[Need]:
    """What the tool itself calls."""
    targets = _targets(project, around)
    for calls in CALLS.values():
        for call in calls:
            yield from _needed(call, targets.get(call.on, []))


def _needed(call: Call, targets: Sequence[str]) -> Iterator[Need]:
    for action in call.actions:
        for target in targets:
            if action.startswith("s3:") and ("/" in target) == ("Bucket" in action):
                continue  # an object's ARN is none of a bucket's
            yield Need(action, target)


def _targets(project: Project, around: Surroundings) -> dict[On, list[str]]:
    stage = project.stage
    seeded = () if stage.protected else _SEEDED
    found = {
        on: [arn for place in _places(around, *kinds) for arn in around.arns(place)]
        for on, kinds in _KINDS.items()
        if on not in _SEEDED or on in seeded
    }
    names = [stack.name for stack in around.stacks.values()]
    bucket = around.arn("s3:::{n}", n=f"pkgops-artifacts-{stage.name}-{around.account}-{stage.region}")
    buckets = [place for place in _places(around, "AWS::S3::Bucket") if _goes(around, place)]
    emptied = [arn for place in buckets for arn in around.arns(place)]
    # One that is not there yet has no random ending, and is asked for without.
    secrets = [stage.named(name) + ending for name in project.system.secrets for ending in ("", "-??????")]
    return found | {
        On.ACCOUNT: [EVERYTHING],
        On.ALL_POOLS: [EVERYTHING] if _places(around, "AWS::Cognito::UserPool") else [],
        On.STACKS: [around.arn("cloudformation:{r}:{a}:stack/{n}/*", n=name) for name in names],
        On.EVERY_STACK: [around.arn("cloudformation:{r}:{a}:stack/*")],
        On.BUCKET: [bucket],
        On.OBJECTS: [f"{bucket}/{project.system.key}/*", f"{bucket}/templates/*"],
        On.GARBAGE: [f"{bucket}/*"],
        On.EMPTIED: [arn for one in emptied for arn in (one, f"{one}/*")],
        On.SECRETS: [around.arn("secretsmanager:{r}:{a}:secret:{n}", n=name) for name in secrets],
    }


def _places(around: Surroundings, *kinds: str) -> list[Place]:
    """Every resource of those types, of all types if none is given."""
    return [
        (key, logical_id) for key, stack in around.stacks.items() for logical_id, _ in resources(stack.template, *kinds)
    ]


def _goes(around: Surroundings, place: Place) -> bool:
    """Whether a resource is deleted with its stack."""
    return str(around.resource(place).get("DeletionPolicy", "Delete")) == "Delete"
