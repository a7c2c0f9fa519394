"""Templates that exceed CloudFormation's quotas."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject

RESOURCES = 500  # CloudFormation quota: resources in a template
SIZE = 1_000_000  # bytes, CloudFormation quota for a template in S3


def _find(subject: Subject) -> Iterator[Found]:
    for stack in subject.stacks:
        count = len(stack.template.get("Resources", {}))
        if count > RESOURCES:
            message = f"{stack.name} has {count} resources; CloudFormation accepts {RESOURCES}."
            yield Found(message, stack.key, path="Resources")
        size = len(json.dumps(stack.template, separators=(",", ":"), ensure_ascii=False).encode())
        if size > SIZE:
            yield Found(f"{stack.name} has {size} bytes; CloudFormation accepts {SIZE}.", stack.key)


RULE = Rule(
    id="P001",
    title="Template over CloudFormation's limits",
    severity=ERROR,
    gate=True,
    reason="A template may hold 500 resources and one megabyte; CloudFormation rejects a larger one.",
    remedy="Move some of the resources to another stack, and use their values with scope.use.",
    find=_find,
    bad=Example('for number in range(300):\n    scope.add(sns.Topic(f"News{number}", DisplayName="news " * 800))'),
    good=Example('for number in range(20):\n    scope.add(sns.Topic(f"News{number}"))'),
)
