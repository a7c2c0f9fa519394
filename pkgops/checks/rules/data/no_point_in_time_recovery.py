"""Tables without point-in-time recovery, and databases without backups."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Resource, Subject

_DATABASES = ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::DocDB::DBCluster", "AWS::Neptune::DBCluster")


def _find(subject: Subject) -> Iterator[Found]:
    for table in subject.resources("AWS::DynamoDB::Table"):
        given = table.properties.get("PointInTimeRecoverySpecification") or {}
        if str(given.get("PointInTimeRecoveryEnabled")).lower() != "true":
            yield table.found("has no point-in-time recovery.", "PointInTimeRecoverySpecification")
    for database in subject.resources(*_DATABASES):
        if _days(database) == 0:
            yield database.found("keeps no backups.", "BackupRetentionPeriod")


def _days(database: Resource) -> int:
    found = database.properties.get("BackupRetentionPeriod", 1)  # the default of RDS
    return int(found) if str(found).isdigit() else 1


_TABLE = """\
scope.add(dynamodb.Table(
    "Notes",
    AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName="id", AttributeType="S")],
    KeySchema=[dynamodb.KeySchema(AttributeName="id", KeyType="HASH")],
    BillingMode="PAY_PER_REQUEST",
    DeletionPolicy="Retain",
    UpdateReplacePolicy="Retain",{recovery}
))
"""
RULE = Rule(
    id="P405",
    title="Data without point-in-time recovery",
    production=True,
    reason="Point-in-time recovery undoes a deployment that overwrites items: the table is restored to the minute "
    "before it.",
    remedy="Turn on PointInTimeRecoveryEnabled; for databases set BackupRetentionPeriod.",
    find=_find,
    bad=Example(_TABLE.format(recovery="")),
    good=Example(
        _TABLE.format(
            recovery="\n    PointInTimeRecoverySpecification=dynamodb.PointInTimeRecoverySpecification(\n"
            "        PointInTimeRecoveryEnabled=True\n    ),"
        )
    ),
)
