"""From templates to a picture: every resource of a system as a node, a part of one, or hidden; and the arrows.

Roles become arrows with what they allow, methods and permissions fold into their API and function, schedules and alarms
become badges. What nodes of a picture are alike is merged afterwards (`pkgops.graph.merge`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pkgops.build.functions import functions
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.graph.access import access, simplified
from pkgops.graph.kinds import SCHEDULES
from pkgops.graph.model import Edge, Graph, Node, ResourceKey, joined
from pkgops.graph.ownership import Ownership
from pkgops.graph.references import References, physical_name
from pkgops.graph.rules import connections
from pkgops.intrinsics import mapping

_PERMISSION, _ALARM = "AWS::Lambda::Permission", "AWS::CloudWatch::Alarm"
# What is known only after deployment, and account ids: no part of a documented name.
_UNKNOWN = re.compile(r"[-./]?(?:\$\w+|\$\{\w+\}|<[\w.]+>|\b\d{12}\b)[-./]?")
_SEPARATORS = "-./"
_LONGEST = 40  # characters of a name


def reduce(project: Project, stacks: Sequence[SynthesizedStack]) -> Graph:
    """The picture of a system, nothing merged. ``stacks`` are all of its stacks."""
    ownership = Ownership(References(project, stacks))
    parts: dict[ResourceKey, list[ResourceKey]] = {key: [] for key in ownership.kept}
    hidden = []
    for key in ownership.references.resources:
        owners = ownership.owners(key)
        for owner in sorted(owners - {key}):
            parts[owner].append(key)
        if not owners:
            hidden.append(key)
    short = {(one.stack, one.logical_id): one.short for one in functions(stacks) if one.handler}
    nodes = tuple(_node(ownership, key, short.get(key, ""), parts[key]) for key in sorted(ownership.kept))
    edges = joined(simplified(list(_edges(ownership))))
    named = tuple((stack.key, stack.name) for stack in stacks)
    return Graph(f"{project.system.title} ({project.stage.name})", named, nodes, edges, tuple(sorted(hidden)))


def _edges(ownership: Ownership) -> Iterator[Edge]:
    found = [*connections(ownership), *access(ownership)]
    yield from found
    joint = {frozenset((edge.source, edge.target)) for edge in found}
    for key, one in ownership.references.resources.items():
        if one.type == _PERMISSION:
            yield from _permission(ownership, key, one.properties, joint)


def _permission(
    ownership: Ownership, key: ResourceKey, given: Mapping[str, Any], joint: set[frozenset[str]]
) -> Iterator[Edge]:
    """Who may invoke a function calls it, where nothing else says so."""
    source = ownership.references.of(key[0], given.get("SourceArn"))
    for start in sorted({owner for one in source for owner in ownership.owners(one)}):
        for end in sorted(ownership.owners(key) - {start}):
            if frozenset((".".join(start), ".".join(end))) not in joint:
                yield Edge(".".join(start), ".".join(end), "invokes")


def _node(ownership: Ownership, key: ResourceKey, short: str, parts: Sequence[ResourceKey]) -> Node:
    resources = ownership.references.resources
    label = short or _label(ownership, key)
    folded = [resources[part] for part in parts]
    schedules = [str(one.properties["ScheduleExpression"]) for one in folded if _timed(one.type, one.properties)]
    return Node(
        id=".".join(key),
        kind=ownership.kept[key][0],
        word=ownership.kept[key][1],
        label=label,
        stack=key[0],
        members=(key,),
        parts=tuple(sorted(parts)),
        names=(label,),
        alarms=sum(one.type == _ALARM for one in folded),
        schedules=tuple(sorted(schedules)),
        notes=tuple(_notes(resources[key].properties, [(one.type, one.properties) for one in folded])),
        source=resources[key].file,
    )


def _timed(type: str, properties: Mapping[str, Any]) -> bool:
    return type in SCHEDULES and bool(properties.get("ScheduleExpression"))


def _label(ownership: Ownership, key: ResourceKey) -> str:
    """A resource's documented name, as far as it is known before deployment; else its logical id."""
    resource = ownership.references.resources[key]
    name = physical_name(resource)
    text = name if isinstance(name, str) else ownership.references.text(key[0], name or "")
    known = "" if text.startswith("{") else text
    known = ownership.references.stacks[key[0]].documented(_UNKNOWN.sub(_between, known))
    return known if known and len(known) <= _LONGEST else key[1]


def _between(found: re.Match[str]) -> str:
    """What is left of an unknown part of a name: a hyphen between two known ones."""
    return "-" if found[0][0] in _SEPARATORS and found[0][-1] in _SEPARATORS else ""


def _notes(properties: Mapping[str, Any], parts: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """Short facts about a node."""
    if mapping(properties.get("VpcConfig")).get("SubnetIds"):
        yield "in the network"
    types = [type for type, _ in parts]
    if "AWS::Lambda::Url" in types:
        yield "function URL"
    gateways = types.count("AWS::EC2::NatGateway")
    if gateways:
        yield f"{gateways} NAT gateway{'s' if gateways > 1 else ''}"
    mails = [given for type, given in parts if type == "AWS::SNS::Subscription" and given.get("Protocol") == "email"]
    if mails:
        yield "by email"
    for type, given in parts:
        if type == "AWS::Events::Rule" and given.get("EventPattern"):
            yield f"on {_sources(given['EventPattern'])}"


def _sources(pattern: Any) -> str:
    given = pattern.get("source") if isinstance(pattern, Mapping) else None
    return ", ".join(map(str, given)) if isinstance(given, list) else "events"
