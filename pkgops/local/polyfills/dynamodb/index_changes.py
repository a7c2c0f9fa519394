"""An update of a table creates or deletes one index at most, and leaves the keys of the others, as DynamoDB does."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.types import Created, Properties, Types

KIND = "AWS::DynamoDB::Table"
_KEPT = ("KeySchema", "Projection")


def install(types: Types) -> None:
    """Checks before the update, whatever else it changes."""
    handler = types.handler(KIND)
    update = handler["update"]

    def checked(table: str, old: Properties, new: Properties, *rest: Any) -> Created:
        if old.get("TableName") == new.get("TableName"):
            _check(_indexes(old), _indexes(new))
        updated: Created = update(table, old, new, *rest)
        return updated

    handler["update"] = checked


def _check(had: dict[str, Any], wanted: dict[str, Any]) -> None:
    if len(had.keys() ^ wanted.keys()) > 1:
        raise ValueError(
            "Cannot perform more than one GSI creation or deletion in a single update "
            "(Service: DynamoDb, Status Code: 400)"
        )
    changed = [
        name for name in had.keys() & wanted.keys() if any(had[name].get(k) != wanted[name].get(k) for k in _KEPT)
    ]
    if changed:
        raise ValueError(
            "Cannot update GSI's properties other than Provisioned Throughput and Contributor Insights Specification. "
            "You can create a new GSI with a different name."
        )


def _indexes(properties: Properties) -> dict[str, Any]:
    return {index["IndexName"]: index for index in properties.get("GlobalSecondaryIndexes") or []}
