"""Physical names that two resources of a system share."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.names import Name, physical_names
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    first: dict[tuple[str, str], Name] = {}
    for name in physical_names(subject):
        other = first.setdefault((name.kind, name.text), name)
        if other is not name:
            owner = other.resource.id if other.resource else other.path[0]
            yield name.found(f"like {owner} of stack {other.stack}.")


RULE = Rule(
    id="P006",
    title="Duplicate name",
    severity=ERROR,
    reason="Names of one kind are unique in an account and region: only one of the two resources can be created.",
    remedy="Rename one of them, or leave the name to CloudFormation.",
    find=_find,
    bad=Example(
        'scope.add(sns.Topic("News", TopicName=scope.named("news")))\n'
        'scope.add(sns.Topic("Alerts", TopicName=scope.named("news")))'
    ),
    good=Example(
        'scope.add(sns.Topic("News", TopicName=scope.named("news")))\n'
        'scope.add(sns.Topic("Alerts", TopicName=scope.named("alerts")))'
    ),
)
