"""Items of tables as plain values: the `Tables` port on DynamoDB."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.aws.table_request import place, request
from pkgops.errors import AccessError, BuildError, PkgopsError, not_deployed
from pkgops.ports.tables import TablePage, TableQuestion, TableShape

_BATCH = 100  # keys of one BatchGetItem, by its quota
_ATTEMPTS = 8
_LONGEST_WAIT = 5.0  # seconds between two tries for what a batch left unprocessed


class DynamoTables:
    """`pkgops.ports.tables.Tables` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    @property
    def _client(self) -> Any:
        return self._clients.get("dynamodb")

    def keys(self, table: str) -> tuple[str, ...]:
        from botocore.exceptions import ClientError

        try:
            with translated("dynamodb:DescribeTable"):
                schema = self._client.describe_table(TableName=table)["Table"]["KeySchema"]
        except ClientError as error:
            raise _error(error, table) from error
        return _key_names(schema)

    def put_if_absent(
        self,
        table: str,
        item: Mapping[str, Any],
        keys: Sequence[str],
        related: Sequence[Mapping[str, Any]] = (),
    ) -> bool:
        from botocore.exceptions import ClientError

        condition = {
            "ConditionExpression": "attribute_not_exists(#k)",
            "ExpressionAttributeNames": {"#k": keys[0]},
        }
        try:
            put = {"TableName": table, "Item": encoded(item), **condition}
            others = [{"Put": {"TableName": table, "Item": encoded(other)}} for other in related]
        except (TypeError, ValueError) as error:
            raise BuildError(f"An item for table {table} cannot be stored: {error}") from None
        for attempt in range(_ATTEMPTS):
            try:
                with translated("dynamodb:PutItem"):
                    self._put(put, others)
                return True
            except ClientError as error:
                if _item_exists(error):
                    return False
                if not _conflict(error):
                    raise _error(error, table) from error
            _wait(attempt)
        raise _throttled_error(table)

    def read(self, table: str, keys: Iterable[Mapping[str, Any]], attributes: Sequence[str]) -> list[dict[str, Any]]:
        """In no particular order."""
        names = {f"#a{index}": name for index, name in enumerate(attributes)}
        shape = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
        wanted = iter(keys)
        found: list[dict[str, Any]] = []
        while batch := [encoded(key) for key in islice(wanted, _BATCH)]:
            found += self._batch(table, {"Keys": batch, **shape})
        return found

    def shape(self, table: str) -> TableShape:
        from botocore.exceptions import ClientError

        try:
            with translated("dynamodb:DescribeTable"):
                found = self._client.describe_table(TableName=table)["Table"]
        except ClientError as error:
            raise _error(error, table) from error
        indexes = [*found.get("GlobalSecondaryIndexes", []), *found.get("LocalSecondaryIndexes", [])]
        return TableShape(
            name=table,
            keys=_key_names(found["KeySchema"]),
            indexes={row["IndexName"]: _key_names(row["KeySchema"]) for row in indexes},
            types={row["AttributeName"]: row["AttributeType"] for row in found["AttributeDefinitions"]},
            items=found.get("ItemCount", 0),
        )

    def page(self, table: str, question: TableQuestion) -> TablePage:
        from botocore.exceptions import ClientError

        try:
            with translated("dynamodb:Query" if question.conditions else "dynamodb:Scan"):
                asked = request(table, question, encoded)
                client = self._client
                answer = client.query(**asked) if question.conditions else client.scan(**asked)
        except ClientError as error:
            raise _error(error, table) from error
        items = tuple(decoded(item) for item in answer.get("Items", []))
        return TablePage(items, answer.get("ScannedCount", len(items)), place(answer.get("LastEvaluatedKey")))

    def _put(self, put: dict[str, Any], others: Sequence[Any]) -> None:
        if others:
            self._client.transact_write_items(TransactItems=[{"Put": put}, *others])
        else:
            self._client.put_item(**put)

    def _batch(self, table: str, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """One batch; unprocessed keys are requested again, with growing pauses."""
        from botocore.exceptions import ClientError

        pending: Any = {table: request}
        for attempt in range(_ATTEMPTS):
            try:
                with translated("dynamodb:BatchGetItem"):
                    answer = self._client.batch_get_item(RequestItems=pending)
            except ClientError as error:
                raise _error(error, table) from error
            yield from (decoded(item) for item in answer["Responses"].get(table, []))
            pending = answer.get("UnprocessedKeys")
            if not pending:
                return
            _wait(attempt)
        raise _throttled_error(table)


def encoded(item: Mapping[str, Any]) -> dict[str, Any]:
    """Attribute values of plain ones. Floats keep their shortest exact decimal form; ValueError for NaN and
    infinities, which DynamoDB cannot hold; TypeError for values it has no type for."""
    return {name: _encode(value) for name, value in item.items()}


def decoded(item: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values of attribute values; numbers are int where they are whole, else float."""
    return {name: _decode(value) for name, value in item.items()}


def _key_names(schema: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The partition key (HASH) first."""
    return tuple(row["AttributeName"] for row in sorted(schema, key=lambda row: row["KeyType"]))


def _encode(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case Mapping():
            return {"M": encoded(value)}
        case list() | tuple():
            return {"L": [_encode(entry) for entry in value]}
        case set() | frozenset():
            return _encode_set(value)
    return _encode_scalar(value)


def _encode_scalar(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | float() | Decimal():
            return {"N": _number(value)}
        case bytes():
            return {"B": value}
    raise TypeError(f"DynamoDB has no type for {type(value).__name__}.")


def _encode_set(value: Iterable[Any]) -> dict[str, Any]:
    entries = [_encode_scalar(entry) for entry in value]
    kinds = {kind for entry in entries for kind in entry}
    if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
        raise TypeError("DynamoDB holds sets of strings, of numbers or of bytes; neither mixed nor empty.")
    kind = kinds.pop()
    return {kind + "S": sorted(entry[kind] for entry in entries)}


def _number(value: float | Decimal) -> str:
    number = Decimal(str(value))  # not Decimal(value): 0.1 would become 0.1000000000000000055...
    if not number.is_finite():
        raise ValueError(f"DynamoDB cannot hold {value}.")
    return str(number)


def _decode(value: Mapping[str, Any]) -> Any:
    [(kind, content)] = value.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return _plain(content)
        case "M":
            return decoded(content)
        case "L":
            return [_decode(entry) for entry in content]
        case "SS" | "BS":
            return set(content)
        case "NS":
            return {_plain(entry) for entry in content}
    return content


def _plain(number: str) -> float:
    value = Decimal(number)
    return int(value) if value == value.to_integral_value() else float(value)


def _item_exists(error: Any) -> bool:
    """True if the item exists: the condition failed, by itself or as the reason a transaction was cancelled."""
    if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
        return True
    reasons = error.response.get("CancellationReasons", [])
    return bool(reasons) and reasons[0].get("Code") == "ConditionalCheckFailed"


def _conflict(error: Any) -> bool:
    """True if another writer changes one of the items; botocore does not retry this."""
    codes = {row.get("Code") for row in error.response.get("CancellationReasons", [])}
    return "TransactionConflict" in codes or error.response["Error"]["Code"] == "TransactionConflictException"


def _error(error: Any, table: str) -> PkgopsError:
    """What is left of a service error once access, absence and conflict are ruled out."""
    detail = error.response["Error"]
    if detail["Code"] == "ResourceNotFoundException":
        return not_deployed("Table", table)
    return PkgopsError(f"Table {table} refuses the request: {detail.get('Message') or detail['Code']}")


def _throttled_error(table: str) -> AccessError:
    return AccessError(f"Table {table} is too busy.", "Wait a moment, then repeat the command.")


def _wait(attempt: int) -> None:
    time.sleep(random.uniform(0.5, 1.0) * min(_LONGEST_WAIT, 0.05 * 2**attempt))  # noqa: S311
