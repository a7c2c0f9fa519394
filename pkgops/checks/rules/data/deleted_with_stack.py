"""Data stores that are deleted with their stack."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.stateful import STATEFUL, in_cluster
from pkgops.checks.kit.subject import Found, Subject

_KEEPING = ("Retain", "Snapshot", "RetainExceptOnCreate")


def _find(subject: Subject) -> Iterator[Found]:
    for resource in subject.resources(*STATEFUL):
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if resource.body.get(policy) not in _KEEPING and not in_cluster(resource):
                said = resource.body.get(policy, "not set")
                yield resource.found(f"loses its data with the stack: {policy} is {said}.", subject=policy)


_TABLE = """\
scope.add(dynamodb.Table(
    "Notes",
    AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName="id", AttributeType="S")],
    KeySchema=[dynamodb.KeySchema(AttributeName="id", KeyType="HASH")],
    BillingMode="PAY_PER_REQUEST",{policies}
))
"""
RULE = Rule(
    id="P404",
    title="Data deleted with the stack",
    severity=ERROR,
    production=True,
    reason="CloudFormation deletes a resource, with its data, if it is removed from the template, replaced, or "
    "deleted with its stack; a renamed logical id is enough.",
    remedy='Set DeletionPolicy and UpdateReplacePolicy to "Retain" or "Snapshot". Accept the finding if the data are '
    "disposable.",
    find=_find,
    bad=Example(_TABLE.format(policies="")),
    good=Example(_TABLE.format(policies='\n    DeletionPolicy="Retain",\n    UpdateReplacePolicy="Retain",')),
)
