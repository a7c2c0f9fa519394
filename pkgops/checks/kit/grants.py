"""The permissions of functions, and their comparison with calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from pkgops.checks.code.uses import Use
from pkgops.checks.iam.statements import Statement, many, statements
from pkgops.checks.kit.functions import LambdaFunction, target_of
from pkgops.checks.kit.subject import Resource, Subject

_TOKEN = re.compile(r"<\w+\.\w+>")
_ATTACHED = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")
_OWN_NAME = "AWS_LAMBDA_FUNCTION_NAME"
# Policies of AWS that hold nothing but what Lambda itself needs.
_RUNTIME_POLICIES = ("AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSLambdaVPCAccessExecutionRole")


@dataclass(frozen=True, slots=True)
class Grant:
    """An allowing statement, for one of its resources. ``on`` is the resource's identity."""

    holder: Resource
    statement: Statement
    on: str

    @property
    def shown(self) -> str:
        """The resource in messages."""
        found = _TOKEN.findall(self.on)
        return found[-1].strip("<>") if found else self.on


@dataclass(frozen=True, slots=True)
class Allowed:
    """The permissions of a role. ``complete``: it has no others, for example from a managed policy."""

    grants: tuple[Grant, ...]
    complete: bool

    def covers(self, action: str, targets: list[str] | None) -> bool:
        """Whether the action is allowed on one of the targets; None means unknown targets."""
        return any(
            allows(grant, action) and (targets is None or any(reaches(grant.on, target) for target in targets))
            for grant in self.grants
        )


def allowed(subject: Subject, function: LambdaFunction) -> Allowed | None:
    """The permissions of a function's role; None if the role is not in the templates."""
    role = subject.resource(subject.identity(function.resource.stack, function.resource.properties.get("Role")))
    if role is None or role.type != "AWS::IAM::Role":
        return None
    found = list(_of(subject, role))
    for attached in subject.resources(*_ATTACHED):
        roles = [*many(attached.properties.get("Roles")), attached.properties.get("RoleName")]
        if any(subject.resource(subject.identity(attached.stack, one)) == role for one in roles if one):
            found += _of(subject, attached)
    managed = [str(one) for one in many(role.properties.get("ManagedPolicyArns"))]
    complete = all(any(name in one for name in _RUNTIME_POLICIES) for one in managed)
    return Allowed(tuple(found), complete)


def _of(subject: Subject, holder: Resource) -> Iterator[Grant]:
    for statement in statements(holder.properties):
        if statement.allows and not statement.inverted:
            for resource in statement.resources:
                yield Grant(holder, statement, subject.identity(holder.stack, resource))


def allows(grant: Grant, action: str) -> bool:
    """Whether a grant includes an action."""
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in grant.statement.actions)


def targets(subject: Subject, function: LambdaFunction, use: Use) -> list[str] | None:
    """The identities of a call's possible targets; None if they are unknown."""
    given = [one.variable for one in use.targets if one.variable in function.environment]
    found = [subject.identity(function.resource.stack, function.environment[name]) for name in given]
    if any(one.variable == _OWN_NAME for one in use.targets):
        found.append(function.identity)
    if not found:
        found = [one.name for one in use.targets if one.name]
    known = [one for one in found if one and "{" not in one]
    return known if known and len(known) == len(found) else None


def reaches(resource: str, target: str) -> bool:
    """Whether a statement's resource is a call's target, or part of it."""
    if resource in ("*", target) or "{" in resource:  # an intrinsic function that is not resolved may be anything
        return True
    named = _TOKEN.findall(target)
    if named or _TOKEN.search(resource):
        return any(one in resource for one in named)
    if target.startswith("arn:"):
        return fnmatchcase(target, resource)
    return any(fnmatchcase(target, pattern) for pattern in _names(resource))


def _names(resource: str) -> set[str]:
    """The names, or patterns of names, that an ARN may contain."""
    tail = resource.split(":", 5)[-1] if resource.startswith("arn:") else resource
    found = {tail, tail.partition("/")[0], tail.partition("/")[2], tail.partition(":")[2], tail.rpartition("/")[2]}
    return {one.removesuffix("-??????").removesuffix("-*") for one in found if one}


def served(subject: Subject, function: LambdaFunction) -> set[str]:
    """The identities of event sources and failure destinations, which Lambda accesses with the function's role."""
    found = set()
    for mapping in subject.resources("AWS::Lambda::EventSourceMapping"):
        if _target(subject, mapping) == function.identity:
            found.add(subject.identity(mapping.stack, mapping.properties.get("EventSourceArn")))
            found |= _destinations(subject, mapping)
    for config in subject.resources("AWS::Lambda::EventInvokeConfig"):
        if _target(subject, config) == function.identity:
            found |= _destinations(subject, config)
    letters = function.resource.properties.get("DeadLetterConfig") or {}
    if "TargetArn" in letters:
        found.add(subject.identity(function.resource.stack, letters["TargetArn"]))
    return found


def _target(subject: Subject, resource: Resource) -> str:
    return target_of(subject, resource, resource.properties.get("FunctionName"))


def _destinations(subject: Subject, resource: Resource) -> set[str]:
    config: Mapping[str, Any] = resource.properties.get("DestinationConfig") or {}
    ends = [row["Destination"] for row in config.values() if isinstance(row, Mapping) and "Destination" in row]
    return {subject.identity(resource.stack, one) for one in ends}
