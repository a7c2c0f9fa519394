"""Batches in the table: those of the caller, and one by its id alone."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.web.errors import ApiError
from handlers.kefir.data.items import BATCHES, INDEX, Item, is_id, items_below, owned_key, user_partition
from handlers.kefir.web.api import Call


def own_batch(call: Call) -> Item:
    """The caller's batch named ``id`` in the path. Raises `ApiError` 404, or 403 if it belongs to another user.

    The table is read first, because the index has a new batch only a moment later.
    """
    batch_id = call.request.path.get("id") or ""
    if is_id(batch_id):
        found = call.table.get(owned_key(call.caller.id, BATCHES, batch_id), consistent=True)
        if found is not None:
            return found
        if find_batch(call.table, batch_id) is not None:
            raise ApiError(403, "FORBIDDEN", "You do not have access to this batch")
    raise batch_not_found()


def find_batch(table: Table, batch_id: str) -> Item | None:
    """A batch of any user, by its id."""
    found = table.query(INDEX, "GSI1PK", BATCHES + batch_id, limit=1) if is_id(batch_id) else []
    return found[0] if found else None


def own_batches(call: Call) -> list[Item]:
    """All of the caller's batches, the newest first."""
    found = items_below(call.table, user_partition(call.caller.id), BATCHES)
    return sorted(found, key=lambda batch: str(batch.get("createdAt", "")), reverse=True)


def update_batch(call: Call, batch: Item, change: str, values: Mapping[str, object], condition: str = "") -> Item:
    """Applies an update expression and returns the whole batch. Raises `ConditionFailed` if ``condition`` does not
    hold, and `ApiError` 404 if the batch was deleted."""
    key = (batch["PK"], batch["SK"])
    exists = "attribute_exists(PK)" + (f" AND {condition}" if condition else "")
    try:
        return call.table.update(key, change, values, exists, "ALL_NEW")
    except ConditionFailed as failed:
        if failed.item is None:
            raise batch_not_found() from failed
        raise


def batch_not_found() -> ApiError:
    """404: there is no such batch."""
    return ApiError(404, "NOT_FOUND", "Batch not found")
