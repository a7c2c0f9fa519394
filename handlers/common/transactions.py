"""Transactions that change several items, of several tables, together or not at all."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from handlers.common.attributes import plain_item, wire_item
from handlers.common.dynamodb import Key, Table, expression

_ATTEMPTS = 5
_TRANSIENT = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


class Cancelled(Exception):  # noqa: N818 - an expected outcome
    """Nothing was changed. ``failed`` has one entry a write, in their order: True if its condition did not hold.
    ``items`` has the items at that moment, None if there was none or the write did not fail."""

    def __init__(self, failed: Sequence[bool], items: Sequence[dict[str, Any] | None]) -> None:
        super().__init__("transaction cancelled")
        self.failed = failed
        self.items = items


Write = Mapping[str, Any]


def put(table: Table, item: Mapping[str, Any], condition: str = "", values: Mapping[str, Any] | None = None) -> Write:
    """Writes a whole item."""
    parts = expression(condition, values or {}, condition)
    return {"Put": {"TableName": table.name, "Item": wire_item(item), **parts}}


def update(table: Table, key: Key, change: str, values: Mapping[str, Any], condition: str = "") -> Write:
    """Applies an update expression."""
    parts = expression(f"{change} {condition}", values, condition)
    return {"Update": {"TableName": table.name, "Key": table.wire_key(key), "UpdateExpression": change, **parts}}


def delete(table: Table, key: Key, condition: str = "", values: Mapping[str, Any] | None = None) -> Write:
    """Deletes an item."""
    parts = expression(condition, values or {}, condition)
    return {"Delete": {"TableName": table.name, "Key": table.wire_key(key), **parts}}


def check(table: Table, key: Key, condition: str, values: Mapping[str, Any] | None = None) -> Write:
    """Changes nothing; the condition must hold."""
    parts = expression(condition, values or {}, condition)
    return {"ConditionCheck": {"TableName": table.name, "Key": table.wire_key(key), **parts}}


def transact(client: Any, writes: Sequence[Write], attempts: int = _ATTEMPTS) -> None:
    """Makes all writes (at most 100, each of a different item) or none. Conflicts with other transactions are retried,
    ``attempts`` times in all. Raises `Cancelled` if a condition does not hold, and `ServiceError`."""
    for attempt in range(1, attempts + 1):
        try:
            client.transact_write_items(TransactItems=list(writes))
        except ClientError as error:
            reasons = error.response.get("CancellationReasons") or []
            codes = [reason.get("Code") for reason in reasons]
            if "ConditionalCheckFailed" in codes:
                raise _cancelled(reasons) from error
            if attempt == attempts or not _TRANSIENT.intersection(codes):
                raise
            time.sleep(random.uniform(0, 0.05 * 2 ** min(attempt, 5)))  # noqa: S311 - spreads load
        else:
            return


def is_refusal(error: Exception) -> bool:
    """Whether a transaction failed because of what it was to write, an item that is too large or a number out of
    range, and would fail again."""
    if not isinstance(error, ClientError):
        return False
    codes = {reason.get("Code") for reason in error.response.get("CancellationReasons") or []}
    return error.response["Error"]["Code"] == "ValidationException" or "ValidationError" in codes


def _cancelled(reasons: Sequence[Mapping[str, Any]]) -> Cancelled:
    failed = [reason.get("Code") == "ConditionalCheckFailed" for reason in reasons]
    items = [plain_item(reason["Item"]) if reason.get("Item") else None for reason in reasons]
    return Cancelled(failed, items)
