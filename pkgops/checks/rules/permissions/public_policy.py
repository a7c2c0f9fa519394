"""Resource policies that allow access to anyone."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.iam.statements import IDENTITY, Statement, statements
from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject

# Conditions that restrict the principal.
_NARROWING = ("aws:principal", "aws:source", "aws:userid", "aws:vpc")


def _find(subject: Subject) -> Iterator[Found]:
    for resource in subject.resources():
        if resource.type in IDENTITY:
            continue
        for statement in statements(resource.properties):
            if statement.allows and _anyone(statement):
                listed = ", ".join(statement.actions)
                yield resource.found(f"allows {listed} to anyone.", *statement.path, subject=listed)
    for permission in subject.resources("AWS::Lambda::Permission"):
        properties = permission.properties
        if properties.get("Principal") == "*" and not {"SourceArn", "SourceAccount", "PrincipalOrgID"} & set(
            properties
        ):
            yield permission.found("allows anyone to invoke a function.", "Principal")


def _anyone(statement: Statement) -> bool:
    everyone = "*" in statement.principals("AWS") or "NotPrincipal" in statement.body
    return everyone and not any(key.startswith(_NARROWING) for key in statement.condition_keys())


_TEMPLATE = """\
news = scope.add(sns.Topic("News"))
scope.add(sns.TopicPolicy(
    "NewsPolicy",
    Topics=[Ref(news)],
    PolicyDocument=PolicyDocument(Statement=[Statement(
        Effect=Allow,
        Principal={principal},
        Action=[Action("sns", "Publish")],
        Resource=[Ref(news)],
    )]),
))
"""
RULE = Rule(
    id="P106",
    title="Policy that allows anyone",
    severity=ERROR,
    reason="A principal of * is every AWS account and, for most services, every anonymous caller.",
    remedy="Name the account or the service, or add a condition on aws:PrincipalOrgID, aws:SourceAccount or "
    "aws:SourceArn. Accept the finding if the resource is meant to be public.",
    find=_find,
    bad=Example(_TEMPLATE.format(principal='Principal("*")')),
    good=Example(_TEMPLATE.format(principal='Principal("AWS", [Ref("AWS::AccountId")])')),
)
