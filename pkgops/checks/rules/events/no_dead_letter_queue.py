"""Queues without a dead-letter queue."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Resource, Subject, token


def _find(subject: Subject) -> Iterator[Found]:
    queues = list(subject.resources("AWS::SQS::Queue"))
    ends = {_dead_letters(subject, one) for one in queues} | _destinations(subject)
    for queue in queues:
        if not _dead_letters(subject, queue) and token(queue.stack.key, queue.id) not in ends:
            yield queue.found("has no dead-letter queue and is not one itself.", "RedrivePolicy")


def _dead_letters(subject: Subject, queue: Resource) -> str:
    policy = queue.properties.get("RedrivePolicy") or {}
    policy = json.loads(policy) if isinstance(policy, str) else policy
    return subject.identity(queue.stack, policy.get("deadLetterTargetArn", ""))


def _destinations(subject: Subject) -> set[str]:
    """What takes failures of functions, rules, subscriptions and schedules."""
    found = set()
    for one in subject.resources():
        for name in ("DestinationConfig", "DeadLetterConfig", "RedrivePolicy", "Targets", "Target"):
            found |= {subject.identity(one.stack, end) for end in _ends(one.properties.get(name))}
    return found


def _ends(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("Destination", "TargetArn", "deadLetterTargetArn", "Arn"):
                yield inner
            yield from _ends(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _ends(inner)


RULE = Rule(
    id="P301",
    title="Queue without a dead-letter queue",
    reason="A message that always fails is received again until it expires, and is then lost. Queues that receive "
    "dead letters or failures of functions need none.",
    remedy="Set a RedrivePolicy; in rows of pkgops.kit.queue it is dead_letters.",
    find=_find,
    bad=Example('scope.add(sqs.Queue("Jobs"))'),
    good=Example(
        """\
dead = scope.add(sqs.Queue("DeadJobs"))
scope.add(sqs.Queue(
    "Jobs",
    RedrivePolicy=sqs.RedrivePolicy(deadLetterTargetArn=GetAtt(dead, "Arn"), maxReceiveCount=3),
))
"""
    ),
)
