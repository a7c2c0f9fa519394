"""Resource policies that allow a service to act for any account."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.iam.statements import IDENTITY, statements
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject

_SAYING = {"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:principalorgid"}


def _find(subject: Subject) -> Iterator[Found]:
    for resource in subject.resources():
        if resource.type in IDENTITY:
            continue
        for statement in statements(resource.properties):
            services = ", ".join(map(str, statement.principals("Service")))
            named = services if services != "*" else ""
            if statement.allows and named and not _SAYING & statement.condition_keys():
                yield resource.found(f"allows {named} to act for any account.", *statement.path, subject=named)


_TEMPLATE = """\
news = scope.add(sns.Topic("News"))
scope.add(sns.TopicPolicy(
    "NewsPolicy",
    Topics=[Ref(news)],
    PolicyDocument=PolicyDocument(Statement=[Statement(
        Effect=Allow,
        Principal=Principal("Service", ["cloudwatch.amazonaws.com"]),
        Action=[Action("sns", "Publish")],
        Resource=[Ref(news)],{condition}
    )]),
))
"""
RULE = Rule(
    id="P107",
    title="Service allowed for any account",
    reason="A service acts on behalf of whichever account configured it. Without a condition, another account can "
    "make it act on this resource.",
    remedy='Add a condition: StringEquals("aws:SourceAccount", Ref("AWS::AccountId")), or one on aws:SourceArn.',
    find=_find,
    bad=Example(_TEMPLATE.format(condition="")),
    good=Example(
        _TEMPLATE.format(
            condition='\n        Condition=Condition(StringEquals("aws:SourceAccount", Ref("AWS::AccountId"))),'
        )
    ),
)
