"""What do the policies of a system's roles say once every reference has its value?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pkgops.build.synth import resources
from pkgops.intrinsics import pseudo
from pkgops.permissions.arns import SystemContext

_SUBSTITUTED = re.compile(r"\$\{([^!}][^}]*)\}")
Policy = Mapping[str, Any]
_REF_IS_ARN = frozenset({"AWS::SNS::Topic", "AWS::SecretsManager::Secret", "AWS::IAM::ManagedPolicy"})
_UNKNOWN = "known-later"


def role_policies(context: SystemContext) -> Iterator[tuple[str, Policy]]:
    """(STACK/LOGICALID, document) of every policy of roles; ARNs that are known only later have patterns."""
    for key, stack in context.stacks.items():
        for name, role in resources(stack.template, "AWS::IAM::Role"):
            for row in role["Properties"].get("Policies", []):
                yield f"{key}/{name}", _value(context, key, row["PolicyDocument"])
        for name, policy in resources(stack.template, "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
            yield f"{key}/{name}", _value(context, key, policy["Properties"]["PolicyDocument"])


def _value(context: SystemContext, stack: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_value(context, stack, inner) for inner in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"Ref"}:
        return _referred(context, stack, str(value["Ref"]))
    if set(value) == {"Fn::GetAtt"}:
        return _attribute(context, stack, *value["Fn::GetAtt"])
    if set(value) == {"Fn::Sub"}:
        return _SUBSTITUTED.sub(lambda found: str(_named(context, stack, found[1])), value["Fn::Sub"])
    if set(value) == {"Fn::Join"}:
        return value["Fn::Join"][0].join(map(str, _value(context, stack, value["Fn::Join"][1])))
    return {name: _value(context, stack, inner) for name, inner in value.items()}


def _named(context: SystemContext, stack: str, name: str) -> Any:
    logical_id, _, attribute = name.partition(".")
    return _attribute(context, stack, logical_id, attribute) if attribute else _referred(context, stack, name)


def _referred(context: SystemContext, stack: str, name: str) -> Any:
    here = context.stacks[stack]
    known = pseudo(context.region, context.account, here.name)
    if name in known:
        return known[name]
    if name in here.inputs:
        upstream, _, output = here.inputs[name].partition(".")
        return _value(context, upstream, context.stacks[upstream].template["Outputs"][output]["Value"])
    if name in here.template["Resources"]:
        if here.template["Resources"][name]["Type"] == "AWS::SecretsManager::SecretTargetAttachment":
            return _value(context, stack, here.template["Resources"][name]["Properties"]["SecretId"])
        arns = context.arns((stack, name))
        if here.template["Resources"][name]["Type"] in _REF_IS_ARN:
            return arns[0]
        return re.split("[/:]", arns[0])[-1] if arns else _UNKNOWN
    return _UNKNOWN


def _attribute(context: SystemContext, stack: str, name: str, attribute: str) -> str:
    if attribute == "StreamArn":
        return f"{context.arns((stack, name))[0]}/stream/*"
    if context.resource((stack, name))["Type"] == "AWS::Logs::LogGroup":
        return f"{context.arns((stack, name))[0].removesuffix(':*')}:*"
    return context.arns((stack, name))[0] if attribute.endswith("Arn") or attribute == "Id" else _UNKNOWN


def by_action(documents: Iterable[Policy]) -> Policy:
    """The same grants with a statement for each action and all of its resources, without their conditions."""
    found: dict[str, set[str]] = {}
    for document in documents:
        for row in document["Statement"]:
            for action in _listed(row["Action"]):
                found.setdefault(action, set()).update(_listed(row["Resource"]))
    rows = [{"Effect": "Allow", "Action": action, "Resource": sorted(on)} for action, on in sorted(found.items())]
    return {"Version": "2012-10-17", "Statement": rows}


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
