"""Roles that several functions share."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.functions import functions
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Resource, Subject


def _find(subject: Subject) -> Iterator[Found]:
    holders: dict[str, Resource] = {}
    for function in functions(subject):
        role = subject.identity(function.resource.stack, function.resource.properties.get("Role"))
        first = holders.setdefault(role, function.resource)
        if first is not function.resource and subject.resource(role) is not None:
            yield function.resource.found(f"shares the role of {first.id}.", "Role", subject=first.id)


_TEMPLATE = """\
for name in ("Read", "Write"):
    scope.add(iam.Role({role}, AssumeRolePolicyDocument=grants.trust_policy("lambda")))
    scope.add(awslambda.Function(
        name,
        Code=awslambda.Code(ZipFile="def handler(event, context): ..."),
        Handler="index.handler",
        Runtime="python3.12",
        Role=GetAtt({role}, "Arn"),
    ))
"""
RULE = Rule(
    id="P108",
    title="Shared role",
    reason="Each of the functions has the permissions that any of them needs.",
    remedy="Give each function its own role, as pkgops.kit.function does.",
    find=_find,
    bad=Example(
        """\
scope.add(iam.Role("Role", AssumeRolePolicyDocument=grants.trust_policy("lambda")))
for name in ("Read", "Write"):
    scope.add(awslambda.Function(
        name,
        Code=awslambda.Code(ZipFile="def handler(event, context): ..."),
        Handler="index.handler",
        Runtime="python3.12",
        Role=GetAtt("Role", "Arn"),
    ))
"""
    ),
    good=Example(_TEMPLATE.format(role='f"{name}Role"')),
)
