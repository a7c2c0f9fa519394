"""What is a reminder, and how does its state change?"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from handlers.common.dynamodb import ConditionFailed
from handlers.kefir.shared import moments
from handlers.kefir.shared.items import DUE, REMINDERS, Item, below, is_id, keyed, owned_key, shown
from handlers.kefir.web.api import Call


def new_reminder(call: Call, batch: Item, sent: Mapping[str, Any]) -> Item:
    """A pending reminder of ``scheduledTime``, ``message`` and perhaps ``type``; the index has it until it is sent."""
    reminder_id, now = str(uuid.uuid4()), moments.stamp(call.now)
    return {
        **keyed(call.table, owned_key(call.caller.id, REMINDERS, reminder_id)),
        "GSI1PK": DUE,
        "GSI1SK": moments.stamp(moments.read(sent["scheduledTime"])),
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
    return sorted(below(call.table, f"USER#{call.caller.id}", REMINDERS), key=due)


def due(reminder: Mapping[str, Any]) -> str:
    """When a reminder is due, comparable as text; what tells no time comes first."""
    try:
        return moments.stamp(moments.read(reminder.get("scheduledTime")))
    except ValueError:
        return ""


def is_pending(reminder: Mapping[str, Any]) -> bool:
    """Whether a reminder is still to be sent."""
    return str(reminder.get("status", "")).lower() == "pending"


def cancel(call: Call, reminder_id: str) -> Item | None:
    """Calls a reminder off; None if the caller has none of that id."""
    change = "SET #status = :status, updatedAt = :now REMOVE GSI1PK, GSI1SK"
    return _changed(call, reminder_id, change, {"status": "cancelled"})


def complete(call: Call, reminder_id: str) -> Item | None:
    """Notes that a reminder is done with, and calls it off if it is still to be sent; None if the caller has none of
    that id."""
    change = "SET completed = :yes, completedAt = :now, updatedAt = :now"
    done = _changed(call, reminder_id, change + " REMOVE GSI1PK, GSI1SK", {"yes": True})
    if done is None or not is_pending(done):
        return done
    change = "SET #status = :status, updatedAt = :now"
    off = _changed(call, reminder_id, change, {"status": "cancelled", "was": done["status"]}, "#status = :was")
    return off or {**done, "status": "sent"}  # it was sent in between


def cancel_all(call: Call, batch_id: str) -> None:
    """Calls off what is still to be sent for a batch."""
    change = "SET #status = :status, updatedAt = :now REMOVE GSI1PK, GSI1SK"
    for reminder in own_reminders(call):
        if reminder.get("batchId") == batch_id and is_pending(reminder):
            values = {"status": "cancelled", "was": reminder["status"]}
            _changed(call, reminder["reminderId"], change, values, "#status = :was")


def reminder_view(reminder: Mapping[str, Any], batch_name: str) -> Item:
    """A reminder under the documented names and the app's."""
    return {
        **shown(reminder),
        "id": reminder.get("reminderId"),
        "batchName": batch_name,
        "type": reminder.get("type") or "stage1_check",
        "dueAt": reminder.get("scheduledTime"),
        "completed": reminder.get("completed") is True,
        "notificationSent": str(reminder.get("status", "")).lower() == "sent",
    }


def _changed(call: Call, reminder_id: str, change: str, values: dict[str, Any], condition: str = "") -> Item | None:
    if not is_id(reminder_id):
        return None
    there = "attribute_exists(PK)" + (f" AND {condition}" if condition else "")
    key = owned_key(call.caller.id, REMINDERS, reminder_id)
    try:
        return call.table.update(key, change, {**values, "now": moments.stamp(call.now)}, there, "ALL_NEW")
    except ConditionFailed:
        return None
