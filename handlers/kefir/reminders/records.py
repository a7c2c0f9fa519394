"""The caller's reminders in the table: created, listed, cancelled, completed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from handlers.common.dynamodb import ConditionFailed
from handlers.kefir.data import timestamps
from handlers.kefir.data.items import (
    DUE,
    REMINDERS,
    Item,
    is_id,
    items_below,
    key_attributes,
    owned_key,
    user_partition,
)
from handlers.kefir.reminders.state import due_time, is_pending
from handlers.kefir.web.api import Call

_CANCEL = "SET #status = :status, updatedAt = :now"
_LEAVE_INDEX = " REMOVE GSI1PK, GSI1SK"


def new_reminder(call: Call, batch: Item, sent: Mapping[str, Any]) -> Item:
    """A pending reminder of ``scheduledTime``, ``message`` and optionally ``type``; it is in the index until it is
    sent."""
    reminder_id, now = str(uuid.uuid4()), timestamps.iso(call.now)
    return {
        **key_attributes(owned_key(call.caller.id, REMINDERS, reminder_id)),
        "GSI1PK": DUE,
        "GSI1SK": timestamps.iso(timestamps.parse(sent["scheduledTime"])),
        "reminderId": reminder_id,
        "userId": call.caller.id,
        "batchId": batch["batchId"],
        **sent,
        "status": "pending",
        "createdAt": now,
        "updatedAt": now,
    }


def own_reminders(call: Call) -> list[Item]:
    """All of the caller's reminders, the earliest first."""
    found = items_below(call.table, user_partition(call.caller.id), REMINDERS)
    return sorted(found, key=lambda each: (due_time(each), str(each.get("reminderId", ""))))


def cancel(call: Call, reminder_id: str) -> Item | None:
    """Cancels a reminder; None if the caller has none with that id."""
    return _update(call, reminder_id, _CANCEL + _LEAVE_INDEX, {"status": "cancelled"})


def complete(call: Call, reminder_id: str) -> Item | None:
    """Completes a reminder, and cancels it if it is still to be sent; None if the caller has none with that id."""
    change = "SET completed = :yes, completedAt = :now, updatedAt = :now"
    completed = _update(call, reminder_id, change + _LEAVE_INDEX, {"yes": True})
    if completed is None or not is_pending(completed):
        return completed
    values = {"status": "cancelled", "was": completed["status"]}
    cancelled = _update(call, reminder_id, _CANCEL, values, "#status = :was")
    return cancelled or {**completed, "status": "sent"}  # it was sent in between


def cancel_reminders_of(call: Call, batch_id: str) -> None:
    """Cancels all reminders of a batch that are still to be sent."""
    for reminder in own_reminders(call):
        if reminder.get("batchId") == batch_id and is_pending(reminder):
            values = {"status": "cancelled", "was": reminder["status"]}
            _update(call, reminder["reminderId"], _CANCEL + _LEAVE_INDEX, values, "#status = :was")


def _update(call: Call, reminder_id: str, change: str, values: dict[str, Any], condition: str = "") -> Item | None:
    if not is_id(reminder_id):
        return None
    exists = "attribute_exists(PK)" + (f" AND {condition}" if condition else "")
    key = owned_key(call.caller.id, REMINDERS, reminder_id)
    try:
        return call.table.update(key, change, {**values, "now": timestamps.iso(call.now)}, exists, "ALL_NEW")
    except ConditionFailed:
        return None
