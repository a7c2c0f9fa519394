"""The state of a reminder, read from its attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.kefir.data import timestamps
from handlers.kefir.data.items import Item, public_attributes


def due_time(reminder: Mapping[str, Any]) -> str:
    """When a reminder is due, comparable as text; "" if its time is invalid."""
    try:
        return timestamps.iso(timestamps.parse(reminder.get("scheduledTime")))
    except ValueError:
        return ""


def is_pending(reminder: Mapping[str, Any]) -> bool:
    """Whether a reminder is still to be sent."""
    return str(reminder.get("status", "")).lower() == "pending"


def reminder_view(reminder: Mapping[str, Any], batch_name: str) -> Item:
    """A reminder under the documented names and the app's."""
    return {
        **public_attributes(reminder),
        "id": reminder.get("reminderId"),
        "batchName": batch_name,
        "type": reminder.get("type") or "stage1_check",
        "dueAt": reminder.get("scheduledTime"),
        "completed": reminder.get("completed") is True,
        "notificationSent": str(reminder.get("status", "")).lower() == "sent",
    }
