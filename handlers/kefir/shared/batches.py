"""Which batch is meant, and whose is it?"""

from __future__ import annotations

from collections.abc import Mapping

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.web.errors import ApiError
from handlers.kefir.shared.items import BATCHES, INDEX, Item, below, is_id, owned_key
from handlers.kefir.web.api import Call


def own_batch(call: Call) -> Item:
    """The caller's batch named ``id`` in the path. Raises `ApiError` 404, or 403 if it is somebody else's.

    The table is asked first, because the index knows of a new batch a moment later.
    """
    batch_id = call.request.path.get("id") or ""
    if is_id(batch_id):
        found = call.table.get(owned_key(call.caller.id, BATCHES, batch_id), consistent=True)
        if found is not None:
            return found
        if anybodys_batch(call.table, batch_id) is not None:
            raise no_access()
    raise not_found()


def anybodys_batch(table: Table, batch_id: str) -> Item | None:
    """A batch by its id alone."""
    found = table.query(INDEX, "GSI1PK", BATCHES + batch_id, limit=1) if is_id(batch_id) else []
    return found[0] if found else None


def own_batches(call: Call) -> list[Item]:
    """All of the caller's batches, the newest first."""
    found = below(call.table, f"USER#{call.caller.id}", BATCHES)
    return sorted(found, key=lambda batch: str(batch.get("createdAt", "")), reverse=True)


def change(call: Call, batch: Item, expression: str, values: Mapping[str, object], condition: str = "") -> Item:
    """Changes a batch and returns it whole. Raises `ConditionFailed` if ``condition`` does not hold, and `ApiError`
    404 if the batch has gone."""
    key = (batch["PK"], batch["SK"])
    there = "attribute_exists(PK)" + (f" AND {condition}" if condition else "")
    try:
        return call.table.update(key, expression, values, there, "ALL_NEW")
    except ConditionFailed as failed:
        if failed.item is None:
            raise not_found() from failed
        raise


def not_found() -> ApiError:
    """There is no such batch."""
    return ApiError(404, "NOT_FOUND", "Batch not found")


def no_access() -> ApiError:
    """There is, but it is somebody else's."""
    return ApiError(403, "FORBIDDEN", "You do not have access to this batch")
