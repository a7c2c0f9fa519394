"""Templates that are close to CloudFormation's quotas."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject
from pkgops.checks.rules.templates.over_limits import RESOURCES

MANY = 400  # resources: another 30 routes of an API do not fit


def _find(subject: Subject) -> Iterator[Found]:
    for stack in subject.stacks:
        count = len(stack.template.get("Resources", {}))
        if MANY < count <= RESOURCES:
            yield Found(f"{stack.name} has {count} of at most {RESOURCES} resources.", stack.key, path="Resources")


RULE = Rule(
    id="P002",
    title="Template close to CloudFormation's limits",
    gate=True,
    reason="A stack is easier to split before it is full: resources with data cannot move to another stack without an "
    "import.",
    remedy="Plan which of the resources move to another stack.",
    find=_find,
    bad=Example('for number in range(401):\n    scope.add(sns.Topic(f"News{number}"))'),
    good=Example('for number in range(20):\n    scope.add(sns.Topic(f"News{number}"))'),
)
