"""DynamoDB tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import dynamodb

from pkgops.kit.links import LinkedTable
from pkgops.kit.naming import logical_id
from pkgops.scope import Scope

ALL = "ALL"
KEYS_ONLY = "KEYS_ONLY"


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index. Keys are ``"email"`` (a string) or ``"tier:N"`` (a number); ``projection`` is
    ALL, KEYS_ONLY or the attributes to include. Items without the range attribute are not in the index."""

    name: str
    hash: str
    range: str = ""
    projection: str | tuple[str, ...] = ALL


@dataclass(frozen=True, slots=True)
class Table:
    """A table with keys ``hash`` and ``range``; ``stream`` is a view type, ``ttl`` the attribute in epoch
    seconds. ``managed_key`` encrypts it with the key that AWS manages in the account, which has a price; without, AWS
    uses one of its own. A ``disposable`` table has no data worth keeping: it is deleted with its stack, and is neither
    protected nor, unless it says so, ``recoverable``."""

    name: str
    indexes: tuple[Index, ...] = ()
    hash: str = "pk"
    range: str = "sk"
    ttl: str = ""
    stream: str = ""
    disposable: bool = False
    recoverable: bool | None = None
    managed_key: bool = True


def table(scope: Scope, row: Table) -> LinkedTable:
    """Adds the table: on demand, recoverable to any second of the last 35 days, encrypted,
    protected from deletion, and retained. Functions are linked to what it returns.

    Unless a stage's data is documented as disposable, the protection applies to every stage, local and personal ones,
    too, so that what ``destroy`` keeps is the same, and tested, everywhere."""
    policy = "Delete" if row.disposable else "Retain"
    extra: dict[str, Any] = {}
    if row.indexes:
        extra["GlobalSecondaryIndexes"] = [_index(index) for index in row.indexes]
    if row.ttl:
        extra["TimeToLiveSpecification"] = dynamodb.TimeToLiveSpecification(AttributeName=row.ttl, Enabled=True)
    if row.managed_key:
        extra["SSESpecification"] = dynamodb.SSESpecification(SSEEnabled=True)
    if row.stream:
        extra["StreamSpecification"] = dynamodb.StreamSpecification(StreamViewType=row.stream)
    made: LinkedTable = scope.add(
        LinkedTable(
            logical_id(scope, row.name, "Table"),
            TableName=scope.named(row.name),
            AttributeDefinitions=_attributes(row),
            KeySchema=_keys(row.hash, row.range),
            BillingMode="PAY_PER_REQUEST",
            PointInTimeRecoverySpecification=dynamodb.PointInTimeRecoverySpecification(
                PointInTimeRecoveryEnabled=not row.disposable if row.recoverable is None else row.recoverable
            ),
            DeletionProtectionEnabled=not row.disposable,
            DeletionPolicy=policy,
            UpdateReplacePolicy=policy,
            **extra,
        )
    )
    return made


def _attributes(row: Table) -> list[Any]:
    keys = [row.hash, row.range, *(key for index in row.indexes for key in (index.hash, index.range))]
    return [
        dynamodb.AttributeDefinition(AttributeName=name, AttributeType=kind)
        for name, kind in sorted({_typed(key) for key in keys if key})
    ]


def _index(row: Index) -> Any:
    if isinstance(row.projection, str):
        projection = dynamodb.Projection(ProjectionType=row.projection)
    else:
        projection = dynamodb.Projection(ProjectionType="INCLUDE", NonKeyAttributes=list(row.projection))
    return dynamodb.GlobalSecondaryIndex(
        IndexName=row.name, KeySchema=_keys(row.hash, row.range), Projection=projection
    )


def _keys(partition: str, sort: str) -> list[Any]:
    keys = [(partition, "HASH")] + ([(sort, "RANGE")] if sort else [])
    return [dynamodb.KeySchema(AttributeName=_typed(key)[0], KeyType=kind) for key, kind in keys]


def _typed(key: str) -> tuple[str, str]:
    name, _, kind = key.partition(":")
    return name, kind or "S"
