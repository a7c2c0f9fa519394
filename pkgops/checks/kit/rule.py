"""Rules, and their examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pkgops.checks.kit.finding import WARNING
from pkgops.checks.kit.subject import Found, Subject

# The imports of the examples' templates.
IMPORTS = """\
from awacs.aws import Action, Allow, Bool, Condition, Deny, PolicyDocument, Principal, Statement, StringEquals
from troposphere import GetAtt, Parameter, Ref, Sub
from troposphere import apigatewayv2, awslambda, cloudwatch, dynamodb, iam, logs, rds, s3, sns, sqs

from pkgops.kit import grants
from pkgops.scope import handler_code
"""


@dataclass(frozen=True, slots=True)
class Example:
    """A system that a rule is applied to: the body of a stack's ``build(scope)``, with `IMPORTS`, and files of the
    project by path."""

    template: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    ``id`` is a letter and three digits that never change; ``title`` a noun phrase, ``reason`` and ``remedy`` sentences.
    ``find`` yields the problems of a system on a stage, ``bad`` has one and ``good`` has none. ``gate``: the rule is
    applied before deployments; its errors stop them and its warnings are shown. ``production``: it only applies to
    production and protected stages."""

    id: str
    title: str
    reason: str
    remedy: str
    find: Callable[[Subject], Iterator[Found]]
    bad: Example
    good: Example
    severity: str = WARNING
    gate: bool = False
    production: bool = False
