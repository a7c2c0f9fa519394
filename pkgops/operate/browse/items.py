"""One item of a table, as somebody edits it: in DynamoDB's JSON, under the condition that it still is what was read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pkgops.errors import NotFoundError, RefusedError, UsageError
from pkgops.operate.redaction import REDACTED, redact
from pkgops.ports.tables import TypedItem

if TYPE_CHECKING:
    from pkgops.ports.tables import Tables, TableShape

_FORM = 'Write DynamoDB\'s JSON: {"id": {"S": "text"}, "count": {"N": "1"}}'


def key_of(shape: TableShape, item: Mapping[str, Any]) -> str:
    """The key of an item of plain values, as text to find it by."""
    return json.dumps({name: {shape.types.get(name, "S"): _plain(item[name])} for name in shape.keys})


def read(port: Tables, table: str, key: str) -> TypedItem:
    """The item with a key as `key_of` writes it. NotFoundError if there is none."""
    found = port.item(table, parsed(key))
    if found is None:
        raise NotFoundError(f"Table {table} has no item with that key any more.", "Look for it again.")
    return found


def shown(item: TypedItem) -> str:
    """The item as it is edited: what looks like a secret is hidden, and stays what it is unless it is overwritten."""
    text = json.dumps(_hidden(item), indent=2, ensure_ascii=False, sort_keys=True)
    return "".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text)


def digest(item: TypedItem) -> str:
    """What two items have in common only if they are the same."""
    return sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()


def create(port: Tables, table: str, text: str) -> TypedItem:
    """Creates an item. RefusedError if there is one with its key."""
    item = parsed(text)
    if not port.change(table, None, item):
        raise RefusedError(f"Table {table} has an item with that key.", "Edit that one; nothing was changed.")
    return item


def edit(port: Tables, table: str, key: str, read_digest: str, text: str) -> TypedItem:
    """Makes ``text`` of the item that was read with that digest. RefusedError if it has changed since."""
    before = _as_read(port, table, key, read_digest)
    after: TypedItem = _restored(parsed(text), before)
    if not port.change(table, before, after):
        raise _changed(table)
    return after


def delete(port: Tables, table: str, key: str, read_digest: str) -> None:
    """Deletes the item that was read with that digest. RefusedError if it has changed since."""
    if not port.change(table, _as_read(port, table, key, read_digest), None):
        raise _changed(table)


def parsed(text: str) -> TypedItem:
    """An item, or a key, of its text. UsageError for what is none."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"That is not JSON: {error}.", _FORM) from None
    if not isinstance(found, dict) or not found:
        raise UsageError("That is no item.", _FORM)
    return dict(found)


def _as_read(port: Tables, table: str, key: str, read_digest: str) -> TypedItem:
    found = port.item(table, parsed(key))
    if found is None or digest(found) != read_digest:
        raise _changed(table)
    return found


def _changed(table: str) -> RefusedError:
    return RefusedError(f"The item of {table} has changed since it was read.", "Load it again; nothing was changed.")


def _hidden(item: TypedItem) -> dict[str, Any]:
    """With the names of attributes where `redact` looks for names of secrets."""
    return {name: _hidden_value(name, value) for name, value in item.items()}


def _hidden_value(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    [(kind, content)] = value.items()
    if kind == "M":
        return {kind: _hidden(content)}
    if kind == "L":
        return {kind: [_hidden_value(name, one) for one in content]}
    return {kind: redact(content, name)}


def _restored(after: Any, before: Any) -> Any:
    """What was edited, with hidden values as they were."""
    if after == REDACTED:
        return before if isinstance(before, str) else after
    if isinstance(after, dict):
        old = before if isinstance(before, dict) else {}
        return {name: _restored(value, old.get(name)) for name, value in after.items()}
    if isinstance(after, list):
        old_list = before if isinstance(before, list) and len(before) == len(after) else [None] * len(after)
        return [_restored(value, one) for value, one in zip(after, old_list, strict=True)]
    return after


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode()
    return str(value)
