"""DynamoDB tables, with a partition key and mostly a sort key (``pk`` and ``sk`` by default).

Expressions are written in DynamoDB's syntax with two shorthands: ``#word`` is the attribute ``word`` (needed for
reserved words), ``:word`` is ``values["word"]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from handlers.common.attributes import plain, plain_item, wire, wire_item

# The values of a table's key attributes, in their order: texts or numbers.
Key = tuple[Any, ...]

_ALIAS = re.compile(r"#(\w+)")


class ConditionFailed(Exception):  # noqa: N818 - an expected outcome
    """The condition did not hold; ``item`` is the item at that moment, None if there was none."""

    def __init__(self, item: dict[str, Any] | None) -> None:
        super().__init__("condition not met")
        self.item = item


@dataclass(frozen=True, slots=True)
class Table:
    """One table, ``keys`` its key attributes. Every method may raise `handlers.common.aws.ServiceError`."""

    client: Any
    name: str
    keys: tuple[str, ...] = ("pk", "sk")

    def get(self, key: Key, attributes: Sequence[str] = (), consistent: bool = False) -> dict[str, Any] | None:
        """The item (or only some of its attributes), None if absent; eventually consistent by
        default."""
        call = {"TableName": self.name, "Key": self.wire_key(key), **_projection(attributes)}
        if consistent:
            call["ConsistentRead"] = True
        item = self.client.get_item(**call).get("Item")
        return None if item is None else plain_item(item)

    def query(
        self, index: str, attribute: str, value: str, until: tuple[str, str] | None = None, limit: int = 0
    ) -> list[dict[str, Any]]:
        """The first page of the items whose ``attribute`` is ``value`` in an index, at most ``limit`` of them if
        given; ``until`` is the index's sort key and its highest value."""
        values = {"v": value} if until is None else {"v": value, "until": until[1]}
        condition = f"#{attribute} = :v" if until is None else f"#{attribute} = :v AND #{until[0]} <= :until"
        call = {
            "TableName": self.name,
            "IndexName": index,
            "KeyConditionExpression": condition,
            **placeholders(condition, values),
            **({"Limit": limit} if limit else {}),
        }
        return [plain_item(item) for item in self.client.query(**call)["Items"]]

    def partition(self, pk: str, attributes: Sequence[str] = (), consistent: bool = False) -> list[dict[str, Any]]:
        """All items with one partition key, all pages of them."""
        call = {
            "TableName": self.name,
            "KeyConditionExpression": f"{self.keys[0]} = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
            "ConsistentRead": consistent,
            **_projection(attributes),
        }
        return list(_pages(self.client.query, call))

    def pages(
        self,
        index: str,
        where: str,
        values: Mapping[str, Any],
        matching: str = "",
        descending: bool = False,
    ) -> Iterator[dict[str, Any]]:
        """Every item of an index ("" is the table itself, read consistently) that matches a key condition and a filter
        expression, if one is given; each page is requested when the one before it is used up."""
        call = {
            "TableName": self.name,
            **({"IndexName": index} if index else {"ConsistentRead": True}),
            "KeyConditionExpression": where,
            "ScanIndexForward": not descending,
            **({"FilterExpression": matching} if matching else {}),
            **placeholders(where + " " + matching, values),
        }
        return _pages(self.client.query, call)

    def newest(
        self, where: str, values: Mapping[str, Any], limit: int, after: Key | None = None
    ) -> list[dict[str, Any]]:
        """The last ``limit`` items by sort key that match a key condition, the last one first, read consistently; with
        ``after``, those that come after that key in this order."""
        call = {
            "TableName": self.name,
            "KeyConditionExpression": where,
            "ScanIndexForward": False,
            "ConsistentRead": True,
            "Limit": limit,
            **({"ExclusiveStartKey": self.wire_key(after)} if after else {}),
            **placeholders(where, values),
        }
        found: list[dict[str, Any]] = []
        for item in _pages(self.client.query, call):
            found.append(item)
            if len(found) == limit:
                break
        return found

    def scan(
        self,
        matching: str,
        values: Mapping[str, Any],
        attributes: Sequence[str] = (),
        segment: tuple[int, int] = (0, 1),
    ) -> Iterator[dict[str, Any]]:
        """Every item of the table that matches a filter expression (or only some of its attributes), page after
        page; ``segment`` is (n, of how many) parts that can be read at once."""
        parts, projection = placeholders(matching, values), _projection(attributes)
        names = {**parts.get("ExpressionAttributeNames", {}), **projection.get("ExpressionAttributeNames", {})}
        call = {
            "TableName": self.name,
            "FilterExpression": matching,
            **parts,
            **projection,
            **({"ExpressionAttributeNames": names} if names else {}),
            **({"Segment": segment[0], "TotalSegments": segment[1]} if segment[1] > 1 else {}),
        }
        return _pages(self.client.scan, call)

    def page(
        self, matching: str, values: Mapping[str, Any], attributes: Sequence[str], after: Key | None
    ) -> tuple[list[dict[str, Any]], Key | None]:
        """One page of such a scan, with some attributes of each item, and the key ``after`` which the next page begins;
        None for the last page."""
        names = _projection(attributes)
        found = placeholders(matching, values)
        aliases = found.get("ExpressionAttributeNames", {}) | names.get("ExpressionAttributeNames", {})
        call = {"TableName": self.name, "FilterExpression": matching, **names, **found}
        call |= {"ExpressionAttributeNames": aliases} if aliases else {}
        call |= {"ExclusiveStartKey": self.wire_key(after)} if after else {}
        answer = self.client.scan(**call)
        last = answer.get("LastEvaluatedKey")
        return [plain_item(item) for item in answer["Items"]], self._key(last) if last else None

    def update(
        self, key: Key, change: str, values: Mapping[str, Any], condition: str = "", returns: str = "NONE"
    ) -> dict[str, Any]:
        """Applies an update expression; returns the attributes ``returns`` selects. Raises `ConditionFailed`."""
        call = {"TableName": self.name, "Key": self.wire_key(key), "UpdateExpression": change, "ReturnValues": returns}
        call.update(expression(f"{change} {condition}", values, condition))
        return plain_item(_conditional(self.client.update_item, call).get("Attributes", {}))

    def put(self, item: Mapping[str, Any], condition: str = "", values: Mapping[str, Any] | None = None) -> None:
        """Writes a whole item. Raises `ConditionFailed`."""
        call = {"TableName": self.name, "Item": wire_item(item), **expression(condition, values or {}, condition)}
        _conditional(self.client.put_item, call)

    def delete(self, key: Key) -> None:
        """Deletes an item if it exists."""
        self.client.delete_item(TableName=self.name, Key=self.wire_key(key))

    def take(self, key: Key, condition: str = "", values: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """Deletes an item and returns it, None if there was none: only one of several callers gets it. Raises
        `ConditionFailed`."""
        call = {"TableName": self.name, "Key": self.wire_key(key), "ReturnValues": "ALL_OLD"}
        call.update(expression(condition, values or {}, condition))
        old = _conditional(self.client.delete_item, call).get("Attributes")
        return plain_item(old) if old else None

    def batch(
        self, keys: Sequence[Key], attributes: Sequence[str] = (), consistent: bool = False
    ) -> tuple[list[dict[str, Any]], list[Key]]:
        """The items of at most 100 distinct keys, and the keys DynamoDB left unprocessed."""
        wanted = {"Keys": [self.wire_key(key) for key in keys], **_projection(attributes)}
        if consistent:
            wanted["ConsistentRead"] = True
        answer = self.client.batch_get_item(RequestItems={self.name: wanted})
        left = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
        found = [plain_item(item) for item in answer.get("Responses", {}).get(self.name, [])]
        return found, [self._key(key) for key in left]

    def wire_key(self, key: Key) -> dict[str, Any]:
        """A key in DynamoDB's wire format."""
        return {name: wire(value) for name, value in zip(self.keys, key, strict=True)}

    def _key(self, item: Mapping[str, Any]) -> Key:
        return tuple(plain(item[name]) for name in self.keys)


def _pages(operation: Any, call: dict[str, Any]) -> Iterator[dict[str, Any]]:
    while True:
        answer = operation(**call)
        for item in answer["Items"]:
            yield plain_item(item)
        if not answer.get("LastEvaluatedKey"):
            return
        call = {**call, "ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _projection(attributes: Sequence[str]) -> dict[str, Any]:
    if not attributes:
        return {}
    names = {f"#{name}": name for name in attributes}
    return {"ProjectionExpression": ",".join(names), "ExpressionAttributeNames": names}


def placeholders(text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The names and values an expression refers to."""
    parts: dict[str, Any] = {}
    aliases = {f"#{name}": name for name in _ALIAS.findall(text)}
    if aliases:
        parts["ExpressionAttributeNames"] = aliases
    if values:
        parts["ExpressionAttributeValues"] = {f":{name}": wire(value) for name, value in values.items()}
    return parts


def expression(text: str, values: Mapping[str, Any], condition: str) -> dict[str, Any]:
    """The names and values of ``text``, and the condition, whose failure returns the item."""
    parts = placeholders(text, values)
    if condition:
        parts["ConditionExpression"] = condition
        parts["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return parts


def _conditional(operation: Any, call: dict[str, Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = operation(**call)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        item = error.response.get("Item")
        raise ConditionFailed(plain_item(item) if item else None) from error
    return answer
