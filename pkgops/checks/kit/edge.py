"""The functions that distributions run at the edge, and the events they run for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pkgops.checks.kit.functions import FUNCTION, target_of
from pkgops.checks.kit.subject import Resource, Subject

DISTRIBUTION = "AWS::CloudFront::Distribution"
_CONFIG = "DistributionConfig"


@dataclass(frozen=True, slots=True)
class Association:
    """A function of a behavior: ``value`` is what the distribution refers to, ``named`` the resource that is, if the
    system has it (a version, as it should be), ``function`` the function behind it."""

    distribution: Resource
    path: tuple[str | int, ...]
    event: str
    value: Any
    named: Resource | None
    function: Resource | None


def associations(subject: Subject) -> Iterator[Association]:
    """Every association of a Lambda function with a distribution."""
    for one in subject.resources(DISTRIBUTION):
        config = one.properties.get(_CONFIG) or {}
        behaviors: list[tuple[tuple[str | int, ...], Any]] = [
            (("DefaultCacheBehavior",), config.get("DefaultCacheBehavior"))
        ]
        behaviors += [(("CacheBehaviors", at), row) for at, row in enumerate(config.get("CacheBehaviors") or ())]
        for where, behavior in behaviors:
            for at, row in enumerate((behavior or {}).get("LambdaFunctionAssociations") or ()):
                value = row.get("LambdaFunctionARN")
                function = subject.resource(target_of(subject, one, value))
                yield Association(
                    one,
                    (_CONFIG, *where, "LambdaFunctionAssociations", at),
                    str(row.get("EventType")),
                    value,
                    subject.resource(subject.identity(one.stack, value)),
                    function if function is not None and function.type == FUNCTION else None,
                )


def at_the_edge(subject: Subject) -> set[tuple[str, str]]:
    """The stacks and logical ids of the functions that run at the edge."""
    return {(row.function.stack.key, row.function.id) for row in associations(subject) if row.function is not None}
