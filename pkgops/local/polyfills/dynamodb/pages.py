"""Pages of scans and queries cost what they read: each begins at its position, where the emulator reads, filters and
sorts the whole table or index for every page.

The emulator checks the request, on a table of the same kind without items; what it says of an item (its size, whether
it passes a filter, what is projected of it) is asked of it too. A scan reads in the order of
`pkgops.local.hooks.item_order`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import partial
from typing import Any

from pkgops.local.hooks.item_order import Address, Item, ItemOrder, Layout
from pkgops.local.hooks.key_range import key_range
from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

Table = dict[str, Any]
Request = dict[str, Any]

_ORDERS = "_index_members"  # of a table; the emulator drops it with its items, and does not save it
_PLAIN_NAME = re.compile(r"#?\w+")
_empty: ContextVar[Table | None] = ContextVar("empty", default=None)


def install(_: Types) -> None:
    """Reads by position, and keeps the positions with every item that is stored or removed."""
    from ministack.services import dynamodb

    require(dynamodb, "_tables", "_normalize_table_name", "_INDEX_MEMBERS", "_index_def", "_index_key_lists")
    require(dynamodb, "_extract_key_val", "_sort_key_value", "_get_attr_type", "_item_size_bytes")
    require(dynamodb, "_evaluate_condition", "_evaluate_legacy_filter", "_ExprEval", "_tokenize")
    require(dynamodb, "_apply_index_projection", "_apply_projection", "_add_consumed_capacity")
    require(dynamodb, "_DDB_PAGE_SIZE_BYTES")
    assert dynamodb._INDEX_MEMBERS == _ORDERS  # noqa: S101 - another version of the emulator
    dynamodb._tables = _sometimes_empty(dynamodb._tables)
    wrap(dynamodb, "_index_item", lambda _: _keep)
    wrap(dynamodb, "_scan", lambda original: _checked_first(original, _scanned))
    wrap(dynamodb, "_query", lambda original: _checked_first(original, _queried))


def _sometimes_empty(tables: Any) -> Any:
    """The register of tables, which shows a check the table that was made for it."""

    class Tables(type(tables)):  # type: ignore[misc]
        __slots__ = ()

        def get(self, key: str, default: Any = None) -> Any:
            return _empty.get() or super().get(key, default)

    shown = Tables()
    shown._data = tables._data
    return shown


def _checked_first(original: Any, read: Callable[[Request, Table], Iterator[Address]]) -> Any:
    from ministack.services import dynamodb

    def answer(data: Request) -> Any:
        table = dynamodb._tables.get(dynamodb._normalize_table_name(data.get("TableName")))
        if not table:
            return original(data)
        shown = {name: value for name, value in table.items() if name != _ORDERS} | {"items": defaultdict(dict)}
        before = _empty.set(shown)
        try:
            checked = original(data)
        finally:
            _empty.reset(before)
        if checked[0] != 200:
            return checked
        try:
            return _page(data, table, read(data, table))
        except ValueError as error:
            return dynamodb.error_response_json("ValidationException", str(error), 400)

    return answer


def _scanned(data: Request, table: Table) -> Iterator[Address]:
    number, total = int(data.get("Segment") or 0), int(data.get("TotalSegments") or 1)
    return _order(table, data.get("IndexName")).segment(number, total, data.get("ExclusiveStartKey"))


def _queried(data: Request, table: Table) -> Iterator[Address]:
    order = _order(table, data.get("IndexName"))
    wanted = key_range(data, order.layout)
    forward = bool(data.get("ScanIndexForward", True))
    found = order.partition(wanted.partition, wanted.low, wanted.high, data.get("ExclusiveStartKey"), forward)
    return found if wanted.test is None else (one for one in found if wanted.test(_at(table, one) or {}))


def _order(table: Table, index: str | None) -> ItemOrder:
    orders: dict[str | None, ItemOrder] = table.setdefault(_ORDERS, {})
    if index not in orders:
        items = [((pk, sk), item) for pk, bucket in list(table["items"].items()) for sk, item in list(bucket.items())]
        orders[index] = ItemOrder(_layout(table, index), items)
    return orders[index]


def _layout(table: Table, index: str | None) -> Layout:
    from ministack.services import dynamodb

    def comparable(name: str, value: Any) -> Any:
        return dynamodb._sort_key_value(value, dynamodb._get_attr_type(table, name))

    key = tuple(name for name in (table["pk_name"], table["sk_name"]) if name)
    hashes, ranges = dynamodb._index_key_lists(dynamodb._index_def(table, index)) if index else (key[:1], key[1:])
    return Layout(key, tuple(hashes), tuple(ranges), dynamodb._extract_key_val, comparable)


def _keep(table: Table, pk: str, sk: str, item: Item, add: bool) -> None:
    for order in list(table.get(_ORDERS, {}).values()):
        (order.add if add else order.remove)((pk, sk), item)


def _at(table: Table, address: Address) -> dict[str, Any] | None:
    found: dict[str, Any] | None = table["items"].get(address[0], {}).get(address[1])
    return found


def _page(data: Request, table: Table, addresses: Iterator[Address]) -> Any:
    from ministack.services import dynamodb

    index = data.get("IndexName")
    page, more = _read(data, table, addresses)
    passed = list(filter(_filter(data), page))
    result: dict[str, Any] = {"Count": len(passed), "ScannedCount": len(page)}
    if data.get("Select") != "COUNT":
        shown = (dynamodb._apply_index_projection(item, table, index) for item in passed)
        result["Items"] = list(map(_projection(data), shown))
    if more and page:
        layout = _order(table, index).layout
        result["LastEvaluatedKey"] = {name: page[-1][name] for name in (*layout.key, *layout.hashes, *layout.ranges)}
    dynamodb._add_consumed_capacity(result, data, data["TableName"], index_name=index)
    return dynamodb.json_response(result)


def _read(data: Request, table: Table, addresses: Iterator[Address]) -> tuple[list[dict[str, Any]], bool]:
    """The items of one page, up to the limit or a megabyte, and whether others may follow."""
    from ministack.services import dynamodb

    index, limit = data.get("IndexName"), data.get("Limit")
    order = _order(table, index)
    page: list[dict[str, Any]] = []
    room = dynamodb._DDB_PAGE_SIZE_BYTES
    for address in addresses:
        item = _at(table, address)
        if item is None:
            continue
        room -= order.size(address, partial(_size, table, index, item))
        if page and room < 0:
            return page, True
        page.append(item)
        if len(page) == limit or room <= 0:
            return page, True
    return page, False


def _size(table: Table, index: str | None, item: Item) -> int:
    from ministack.services import dynamodb

    size: int = dynamodb._item_size_bytes(dynamodb._apply_index_projection(item, table, index))
    return size


def _projection(data: Request) -> Callable[[Item], Any]:
    """What an answer has of an item. The emulator reads the expression for every one; plain names are read once."""
    from ministack.services import dynamodb

    given, names = data.get("ProjectionExpression") or "", data.get("ExpressionAttributeNames") or {}
    wanted = [name.strip() for name in given.split(",")]
    if not all(_PLAIN_NAME.fullmatch(name) for name in wanted):
        return lambda item: dynamodb._apply_projection(item, data)
    resolved = [names.get(name, name) for name in wanted]
    return lambda item: {name: item[name] for name in resolved if name in item}


def _filter(data: Request) -> Callable[[Item], bool]:
    """What an item has to fulfil to be in the answer."""
    from ministack.services import dynamodb

    legacy, text = data.get("ScanFilter") or data.get("QueryFilter"), data.get("FilterExpression")
    values, names = data.get("ExpressionAttributeValues", {}), data.get("ExpressionAttributeNames", {})
    if not text:
        return (lambda item: bool(dynamodb._evaluate_legacy_filter(item, legacy))) if legacy else lambda _: True
    tokens: list[Any] | None = None

    def passes(item: Item) -> bool:
        """The first time it is the text that is judged too."""
        nonlocal tokens
        if tokens is None:
            judged = bool(dynamodb._evaluate_condition(text, item, values, names, slot="FilterExpression"))
            tokens = dynamodb._tokenize(text)
            return judged
        try:
            return bool(dynamodb._ExprEval(tokens, item, values, names).evaluate())
        except Exception:  # it says it in DynamoDB's words
            return bool(dynamodb._evaluate_condition(text, item, values, names, slot="FilterExpression"))

    return passes
