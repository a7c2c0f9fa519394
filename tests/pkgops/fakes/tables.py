"""DynamoDB in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pkgops.aws.dynamodb.change import attribute_values
from pkgops.aws.dynamodb.values import decoded, encoded, in_json
from pkgops.errors import PkgopsError, UsageError, not_deployed
from pkgops.ports.tables import TablePage, TableQuestion, TableShape, TypedItem

Key = tuple[Any, ...]


class FakeTables:
    """`pkgops.ports.tables.Tables`. ``refused`` are partition keys whose items it does not take; ``filled`` is called
    with every item written and may add attributes, as a stream's consumer does."""

    def __init__(self, **schemas: tuple[str, ...]) -> None:
        self.schemas = {name.replace("_", "-"): keys for name, keys in schemas.items()}
        self.items: dict[str, dict[Key, dict[str, Any]]] = {name: {} for name in self.schemas}
        self.refused: set[Any] = set()
        self.filled: Any = lambda item: item
        self.reads = 0
        self.indexes: dict[str, dict[str, tuple[str, ...]]] = {}
        self._lock = threading.Lock()

    def keys(self, table: str) -> tuple[str, ...]:
        if table not in self.schemas:
            raise not_deployed("Table", table)
        return self.schemas[table]

    def put_if_absent(
        self,
        table: str,
        item: Mapping[str, Any],
        keys: Sequence[str],
        related: Sequence[Mapping[str, Any]] = (),
    ) -> bool:
        schema = self.keys(table)
        with self._lock:
            if item[schema[0]] in self.refused:
                raise PkgopsError(f"Table {table} refuses the request: too large")
            if self._key(schema, item) in self.items[table]:
                return False
            for each in (item, *related):
                self.items[table][self._key(schema, each)] = self.filled(dict(each))
            return True

    def read(self, table: str, keys: Iterable[Mapping[str, Any]], attributes: Sequence[str]) -> list[dict[str, Any]]:
        schema = self.keys(table)
        self.reads += 1
        with self._lock:
            found = [self.items[table].get(self._key(schema, key)) for key in keys]
        return [{name: item[name] for name in attributes if name in item} for item in found if item is not None]

    def shape(self, table: str) -> TableShape:
        keys, indexes = self.keys(table), self.indexes.get(table, {})
        types = dict.fromkeys([*keys, *(name for names in indexes.values() for name in names)], "S")
        return TableShape(table, keys, indexes, types, len(self.items[table]))

    def page(self, table: str, question: TableQuestion) -> TablePage:
        schema = self.keys(table)
        keys = self.indexes[table][question.index] if question.index else schema
        rows = sorted(self.items[table].values(), key=lambda item: [str(item.get(key)) for key in (*keys, *schema)])
        found = [row for row in rows if all(_matches(row, *one) for one in question.conditions)]
        start = int(question.after or 0)
        shown = found[start : start + question.most]
        end = start + len(shown)
        return TablePage(tuple(shown), len(shown), str(end) if end < len(found) else "")

    def item(self, table: str, key: TypedItem) -> TypedItem | None:
        schema = self.keys(table)
        found = self.items[table].get(self._key(schema, plain(key)))
        return found and in_json(encoded(found))

    def change(self, table: str, before: TypedItem | None, after: TypedItem | None) -> bool:
        schema = self.keys(table)
        old, new = before and plain(before), after and plain(after)
        given = [each for each in (old, new) if each is not None]
        if any(name not in each for each in given for name in schema):
            raise UsageError("The item has no key.")
        key = self._key(schema, given[0])
        if old and new and key != self._key(schema, new):
            raise UsageError("An item cannot get another key.")
        with self._lock:
            found = self.items[table].get(key)
            if (found is None) != (old is None) or not _is_as_read(found or {}, old or {}, new or {}):
                return False
            if new is None:
                del self.items[table][key]
            else:
                stays = {name: value for name, value in (found or {}).items() if name not in (old or {})}
                self.items[table][key] = {**stays, **new}
        return True

    @staticmethod
    def _key(schema: Sequence[str], item: Mapping[str, Any]) -> Key:
        return tuple(item[name] for name in schema)


def _is_as_read(found: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    same = all(name in found and found[name] == value for name, value in old.items())
    return same and not any(name in found for name in new if name not in old)


def plain(item: TypedItem) -> dict[str, Any]:
    """Plain values of DynamoDB's JSON. UsageError for what is none."""
    return decoded(attribute_values(item))


def _matches(item: Mapping[str, Any], name: str, operator: str, value: Any) -> bool:
    found = item.get(name)
    if found is None:
        return False
    tests = {"=": found == value, "<": found < value, "<=": found <= value, ">": found > value, ">=": found >= value}
    return bool(tests[operator]) if operator in tests else str(found).startswith(value)
