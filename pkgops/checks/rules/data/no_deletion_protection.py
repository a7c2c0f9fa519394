"""Tables, databases and user pools without deletion protection."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.stateful import in_cluster
from pkgops.checks.kit.subject import Found, Subject

_SWITCHES = {
    "AWS::Cognito::UserPool": "DeletionProtection",
    "AWS::DocDB::DBCluster": "DeletionProtection",
    "AWS::DynamoDB::Table": "DeletionProtectionEnabled",
    "AWS::Neptune::DBCluster": "DeletionProtection",
    "AWS::RDS::DBCluster": "DeletionProtection",
    "AWS::RDS::DBInstance": "DeletionProtection",
}


def _find(subject: Subject) -> Iterator[Found]:
    for resource in subject.resources(*_SWITCHES):
        name = _SWITCHES[resource.type]
        protected = str(resource.properties.get(name)).upper() in ("TRUE", "ACTIVE")
        if not protected and not in_cluster(resource):
            yield resource.found("has no deletion protection.", name)


_TABLE = """\
scope.add(dynamodb.Table(
    "Notes",
    AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName="id", AttributeType="S")],
    KeySchema=[dynamodb.KeySchema(AttributeName="id", KeyType="HASH")],
    BillingMode="PAY_PER_REQUEST",
    DeletionPolicy="Retain",
    UpdateReplacePolicy="Retain",{protection}
))
"""
RULE = Rule(
    id="P406",
    title="Data without deletion protection",
    production=True,
    reason="A deletion policy only applies to CloudFormation. Deletion protection also applies to the console and to "
    "scripts.",
    remedy="Turn on deletion protection.",
    find=_find,
    bad=Example(_TABLE.format(protection="")),
    good=Example(_TABLE.format(protection="\n    DeletionProtectionEnabled=True,")),
)
