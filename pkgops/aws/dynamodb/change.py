"""An item is changed only if it still is what was read: the requests that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pkgops.aws.dynamodb.values import of_json
from pkgops.errors import UsageError
from pkgops.ports.tables import TypedItem

Values = Mapping[str, Any]


def attribute_values(item: TypedItem) -> dict[str, Any]:
    """The values of an item, or of a key. UsageError for what is none."""
    try:
        return of_json(item)
    except ValueError as error:
        raise UsageError(f"That is no item: {error}.", 'Every value has a type, as in {"S": "text"}.') from None


def creation(table: str, keys: Sequence[str], new: Values) -> dict[str, Any]:
    """PutItem for an item that is not there."""
    return {
        "TableName": table,
        "Item": dict(new),
        "ConditionExpression": "attribute_not_exists(#k)",
        "ExpressionAttributeNames": {"#k": keys[0]},
    }


def deletion(table: str, keys: Sequence[str], old: Values) -> dict[str, Any]:
    """DeleteItem for one that is ``old``."""
    names, values, condition = _as_read(keys, old)
    return {"TableName": table, "Key": _key(keys, old), **_condition(condition, names, values)}


def update(table: str, keys: Sequence[str], old: Values, new: Values) -> dict[str, Any]:
    """UpdateItem for one that is ``old``; {} if nothing would change. UsageError for another key: that is another
    item."""
    if _key(keys, old) != _key(keys, new):
        raise UsageError("An item cannot get another key.", "Create an item with that key, and delete this one.")
    names, values, condition = _as_read(keys, old)
    changed = [name for name in new if name not in keys and new[name] != old.get(name)]
    removed = [name for name in old if name not in new]
    if not changed and not removed:
        return {}
    names |= {f"#n{number}": name for number, name in enumerate([*changed, *removed])}
    values |= {f":n{number}": new[name] for number, name in enumerate(changed)}
    parts = []
    if changed:
        parts.append("SET " + ", ".join(f"#n{number} = :n{number}" for number in range(len(changed))))
    if removed:
        parts.append("REMOVE " + ", ".join(f"#n{number + len(changed)}" for number in range(len(removed))))
    fresh = [f"attribute_not_exists(#n{number})" for number, name in enumerate(changed) if name not in old]
    return {
        "TableName": table,
        "Key": _key(keys, old),
        "UpdateExpression": " ".join(parts),
        **_condition([*condition, *fresh], names, values),
    }


def _as_read(keys: Sequence[str], old: Values) -> tuple[dict[str, str], dict[str, Any], list[str]]:
    """Names, values and conditions of an item whose attributes all are what they were."""
    others = [name for name in old if name not in keys]
    names = {"#k": keys[0], **{f"#o{number}": name for number, name in enumerate(others)}}
    values = {f":o{number}": old[name] for number, name in enumerate(others)}
    return names, values, ["attribute_exists(#k)", *(f"#o{number} = :o{number}" for number in range(len(others)))]


def _condition(conditions: Sequence[str], names: Values, values: Values) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": dict(names),
    }
    return {**found, "ExpressionAttributeValues": dict(values)} if values else found


def _key(keys: Sequence[str], item: Values) -> dict[str, Any]:
    missing = [name for name in keys if name not in item]
    if missing:
        raise UsageError(f"The item has no {missing[0]}, which is part of its key.", f"Add it: {', '.join(keys)}")
    return {name: item[name] for name in keys}
