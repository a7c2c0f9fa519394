"""Statements that allow actions by wildcard."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.iam.statements import statements
from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    for resource in subject.resources():
        for statement in statements(resource.properties):
            wide = [action for action in statement.actions if action.endswith("*")]
            wide += ["every action or resource but those it names"] if statement.inverted else []
            if statement.allows and wide:
                listed = ", ".join(wide)
                yield resource.found(f"allows {listed}.", *statement.path, subject=listed)


RULE = Rule(
    id="P104",
    title="Wildcard action",
    severity=ERROR,
    reason="A wildcard includes actions that were not intended, and those that AWS adds later. NotAction and "
    "NotResource include everything else.",
    remedy="List the actions.",
    find=_find,
    bad=Example(
        """\
scope.add(iam.Role(
    "AuditRole",
    AssumeRolePolicyDocument=grants.trust_policy("lambda"),
    Policies=[iam.Policy(PolicyName="Access", PolicyDocument=PolicyDocument(
        Statement=[grants.allow([Action("s3", "*")], "arn:aws:s3:::notes/*")],
    ))],
))
"""
    ),
    good=Example(
        """\
scope.add(iam.Role(
    "AuditRole",
    AssumeRolePolicyDocument=grants.trust_policy("lambda"),
    Policies=[iam.Policy(PolicyName="Access", PolicyDocument=PolicyDocument(
        Statement=[grants.allow([Action("s3", "GetObject")], "arn:aws:s3:::notes/*")],
    ))],
))
"""
    ),
)
