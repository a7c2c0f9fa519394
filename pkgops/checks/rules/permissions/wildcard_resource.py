"""Statements that allow an action on every resource though it supports resource-level permissions."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.iam.actions import takes_resource
from pkgops.checks.iam.statements import IDENTITY, Statement, statements
from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject

# Of every traced function: looking them up in cfn-lint's list would take a tenth of a second.
_TRACES = {"xray:puttelemetryrecords", "xray:puttracesegments"}
# Actions that are narrowed by a condition where no resource does it -> the condition's key.
_BY_CONDITION = {"cloudwatch:putmetricdata": "cloudwatch:namespace"}


def _find(subject: Subject) -> Iterator[Found]:
    for resource in subject.resources(*IDENTITY):
        for statement in statements(resource.properties):
            if statement.allows and "*" in statement.resources:
                wide = [action for action in statement.actions if _narrower(action, statement)]
                if wide:
                    listed = ", ".join(wide)
                    yield resource.found(f"allows {listed} on every resource.", *statement.path, subject=listed)


def _narrower(action: str, statement: Statement) -> bool:
    """Whether a policy could say on what."""
    if action.endswith("*") or action.lower() in _TRACES:
        return False  # for wildcards see P104
    key = _BY_CONDITION.get(action.lower())
    return key not in statement.condition_keys() if key else takes_resource(action)


RULE = Rule(
    id="P105",
    title="Wildcard resource",
    severity=ERROR,
    reason="On * an action reaches every system in the account. Actions without resource-level permissions are "
    "exempt, by cfn-lint's list. PutMetricData is narrowed by a condition on its namespace.",
    remedy="Name the ARN, or add the condition (see pkgops.kit.grants).",
    find=_find,
    bad=Example(
        """\
scope.add(iam.Role(
    "SendRole",
    AssumeRolePolicyDocument=grants.trust_policy("lambda"),
    Policies=[iam.Policy(PolicyName="Access", PolicyDocument=PolicyDocument(
        Statement=[grants.queue_send("*")],
    ))],
))
"""
    ),
    good=Example(
        """\
jobs = scope.add(sqs.Queue("Jobs"))
scope.add(iam.Role(
    "SendRole",
    AssumeRolePolicyDocument=grants.trust_policy("lambda"),
    Policies=[iam.Policy(PolicyName="Access", PolicyDocument=PolicyDocument(
        Statement=[grants.queue_send(GetAtt(jobs, "Arn")), grants.traces(), grants.metrics("Notes")],
    ))],
))
"""
    ),
)
