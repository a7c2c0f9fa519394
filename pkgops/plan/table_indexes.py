"""The index changes of tables: DynamoDB creates or deletes one index of a table in one update.

More of them are carried out one after the other where the user asks for it: the deployed template with one change more
each time, then the template of the deployment, which brings the last one along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TABLE = "AWS::DynamoDB::Table"
_INDEXES = "GlobalSecondaryIndexes"
_KEPT = ("KeySchema", "Projection")  # of an index, once it is created

Template = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class IndexChange:
    """One change of a table's indexes: ``sign`` is +, - or, for one that would be another under its name, ~."""

    table: str
    name: str
    sign: str

    def __str__(self) -> str:
        return f"{self.sign} {self.name}"


def index_changes(before: Template, after: Template) -> dict[str, tuple[IndexChange, ...]]:
    """The changes of every table that both templates have, new indexes first, if there are any; by logical id."""
    found: dict[str, tuple[IndexChange, ...]] = {}
    for logical_id, resource in after.get("Resources", {}).items():
        deployed = before.get("Resources", {}).get(logical_id, {})
        if resource.get("Type") == TABLE == deployed.get("Type"):
            changes = tuple(_changes(logical_id, _indexes(deployed), _indexes(resource)))
            found |= {logical_id: changes} if changes else {}
    return found


def in_steps(before: Template, after: Template) -> tuple[Template, ...]:
    """The templates to deploy before ``after``, so that no update changes two indexes of a table."""
    changes = index_changes(before, after)
    most = max((len(rows) for rows in changes.values()), default=0)
    return tuple(_partly(before, after, changes, count) for count in range(1, most))


def _changes(
    table: str, had: Mapping[str, Mapping[str, Any]], wanted: Mapping[str, Mapping[str, Any]]
) -> Iterator[IndexChange]:
    yield from (IndexChange(table, name, "+") for name in wanted if name not in had)
    yield from (IndexChange(table, name, "-") for name in had if name not in wanted)
    for name in wanted:
        if name in had and any(had[name].get(key) != wanted[name].get(key) for key in _KEPT):
            yield IndexChange(table, name, "~")


def _partly(before: Template, after: Template, changes: Mapping[str, tuple[IndexChange, ...]], count: int) -> Template:
    """The deployed template with the first ``count`` changes of each table, except for its last one."""
    resources = dict(before["Resources"])
    for table, rows in changes.items():
        done = rows[: min(count, len(rows) - 1)]
        resources[table] = _with_changes(before["Resources"][table], after["Resources"][table], done)
    return {**before, "Resources": resources}


def _with_changes(
    deployed: Mapping[str, Any], wanted: Mapping[str, Any], changes: tuple[IndexChange, ...]
) -> dict[str, Any]:
    indexes = dict(_indexes(deployed))
    for change in changes:
        if change.sign == "-":
            del indexes[change.name]
        else:
            indexes[change.name] = _indexes(wanted)[change.name]
    properties = {name: value for name, value in deployed["Properties"].items() if name != _INDEXES}
    if indexes:
        properties[_INDEXES] = list(indexes.values())
    properties["AttributeDefinitions"] = _definitions(properties, deployed, wanted)
    return {**deployed, "Properties": properties}


def _definitions(properties: Mapping[str, Any], *sides: Mapping[str, Any]) -> list[Any]:
    """The definitions of the attributes that are keys: DynamoDB refuses others."""
    known = {row["AttributeName"]: row for side in sides for row in side["Properties"]["AttributeDefinitions"]}
    keyed = [properties, *properties.get("LocalSecondaryIndexes", []), *properties.get(_INDEXES, [])]
    names = dict.fromkeys(key["AttributeName"] for one in keyed for key in one["KeySchema"])
    return [known[name] for name in names]


def _indexes(table: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(index["IndexName"]): index for index in table.get("Properties", {}).get(_INDEXES) or []}
