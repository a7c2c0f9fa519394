"""Items of tables as plain values: the `Tables` port on DynamoDB."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.aws.dynamodb.change import attribute_values, creation, deletion, update
from pkgops.aws.dynamodb.request import place, request
from pkgops.aws.dynamodb.values import decoded, encoded, in_json
from pkgops.errors import AccessError, BuildError, PkgopsError, not_deployed
from pkgops.ports.tables import TablePage, TableQuestion, TableShape, TypedItem

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
                if _condition_failed(error):
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

    def item(self, table: str, key: TypedItem) -> TypedItem | None:
        from botocore.exceptions import ClientError

        wanted = attribute_values(key)
        try:
            with translated("dynamodb:GetItem"):
                found = self._client.get_item(TableName=table, Key=wanted, ConsistentRead=True).get("Item")
        except ClientError as error:
            raise _error(error, table) from error
        return in_json(found) if found else None

    def change(self, table: str, before: TypedItem | None, after: TypedItem | None) -> bool:
        from botocore.exceptions import ClientError

        keys = self.keys(table)
        old, new = before and attribute_values(before), after and attribute_values(after)
        try:
            if old is None:
                with translated("dynamodb:PutItem"):
                    self._client.put_item(**creation(table, keys, new or {}))
            elif new is None:
                with translated("dynamodb:DeleteItem"):
                    self._client.delete_item(**deletion(table, keys, old))
            elif asked := update(table, keys, old, new):
                with translated("dynamodb:UpdateItem"):
                    self._client.update_item(**asked)
        except ClientError as error:
            if _condition_failed(error):
                return False
            raise _error(error, table) from error
        return True

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


def _key_names(schema: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The partition key (HASH) first."""
    return tuple(row["AttributeName"] for row in sorted(schema, key=lambda row: row["KeyType"]))


def _condition_failed(error: Any) -> bool:
    """True if an item is not as was asked for: the condition failed, by itself or as what cancelled a transaction."""
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
