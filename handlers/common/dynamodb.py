"""How does a handler talk to a table?

Tables with keys ``pk`` and ``sk`` only. Expressions are written as in the documents, with two shorthands:
``#word`` is the attribute ``word`` (needed for reserved words), ``:word`` is ``values["word"]``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from handlers.common.attributes import plain_item, wire, wire_item

Key = tuple[str, str]

_ALIAS = re.compile(r"#(\w+)")


class ConditionFailed(Exception):  # noqa: N818 - an outcome, not an error
    """The condition did not hold; ``item`` is what stood there at that moment, None if nothing did."""

    def __init__(self, item: dict[str, Any] | None) -> None:
        super().__init__("condition not met")
        self.item = item


@dataclass(frozen=True, slots=True)
class Table:
    """One table. Every method may raise `handlers.common.aws.ServiceError`."""

    client: Any
    name: str

    def get(self, key: Key, attributes: Sequence[str] = ()) -> dict[str, Any] | None:
        """The item (or only some of its attributes), None if absent; eventually consistent."""
        call = {"TableName": self.name, "Key": _key(key), **_projection(attributes)}
        item = self.client.get_item(**call).get("Item")
        return None if item is None else plain_item(item)

    def query(self, index: str, attribute: str, value: str) -> list[dict[str, Any]]:
        """The first page of the items whose ``attribute`` is ``value`` in an index."""
        answer = self.client.query(
            TableName=self.name,
            IndexName=index,
            KeyConditionExpression="#a = :v",
            ExpressionAttributeNames={"#a": attribute},
            ExpressionAttributeValues={":v": {"S": value}},
        )
        return [plain_item(item) for item in answer["Items"]]

    def update(
        self, key: Key, change: str, values: Mapping[str, Any], condition: str = "", returns: str = "NONE"
    ) -> dict[str, Any]:
        """Applies an update expression; the attributes ``returns`` asks for. Raises `ConditionFailed`."""
        call = {"TableName": self.name, "Key": _key(key), "UpdateExpression": change, "ReturnValues": returns}
        call.update(_expression(change + condition, values, condition))
        return plain_item(_conditional(self.client.update_item, call).get("Attributes", {}))

    def put(self, item: Mapping[str, Any], condition: str = "") -> None:
        """Writes a whole item. Raises `ConditionFailed`."""
        call = {"TableName": self.name, "Item": wire_item(item), **_expression(condition, {}, condition)}
        _conditional(self.client.put_item, call)

    def delete(self, key: Key) -> None:
        """Removes an item if it is there."""
        self.client.delete_item(TableName=self.name, Key=_key(key))

    def batch(self, keys: Sequence[Key], attributes: Sequence[str] = ()) -> tuple[list[dict[str, Any]], list[Key]]:
        """The items of at most 100 distinct keys, and the keys DynamoDB left unprocessed."""
        wanted = {"Keys": [_key(key) for key in keys], **_projection(attributes)}
        answer = self.client.batch_get_item(RequestItems={self.name: wanted})
        left = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
        found = [plain_item(item) for item in answer.get("Responses", {}).get(self.name, [])]
        return found, [(key["pk"]["S"], key["sk"]["S"]) for key in left]

    def put_if_none(self, item: Mapping[str, Any], rivals: Sequence[Key]) -> bool:
        """Writes ``item`` if neither it nor any item of ``rivals`` is there, in one transaction; True if
        written."""
        absent = {"TableName": self.name, "ConditionExpression": "attribute_not_exists(pk)"}
        checks = [{"ConditionCheck": {**absent, "Key": _key(rival)}} for rival in rivals]
        try:
            self.client.transact_write_items(TransactItems=[{"Put": {**absent, "Item": wire_item(item)}}, *checks])
        except ClientError as error:
            reasons = error.response.get("CancellationReasons") or []
            if any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons):
                return False
            raise
        return True


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _projection(attributes: Sequence[str]) -> dict[str, Any]:
    if not attributes:
        return {}
    names = {f"#{name}": name for name in attributes}
    return {"ProjectionExpression": ",".join(names), "ExpressionAttributeNames": names}


def _expression(text: str, values: Mapping[str, Any], condition: str) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    aliases = {f"#{name}": name for name in _ALIAS.findall(text)}
    if aliases:
        parts["ExpressionAttributeNames"] = aliases
    if values:
        parts["ExpressionAttributeValues"] = {f":{name}": wire(value) for name, value in values.items()}
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
