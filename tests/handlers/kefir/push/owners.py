"""Users whose devices, batches and reminders tests write into the table directly, due at a time the tests choose."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.common.dynamodb import Table
from handlers.kefir.data.timestamps import iso

START = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


class Owner:
    """A user with devices, a batch and reminders in the table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.pk = f"USER#{secrets.token_hex(6)}"

    def device(self, name: str = "d", **more: Any) -> str:
        token = f"ExponentPushToken[{self.pk}-{name}]"
        key = {"PK": self.pk, "SK": f"DEVICE#{name}"}
        self.table.put({**key, "deviceId": name, "platform": "ios", "token": token, **more})
        return token

    def batch(self, called: str = "Lemon", status: str = "active") -> None:
        self.table.put({"PK": self.pk, "SK": "BATCH#b", "batchId": "b", "name": called, "status": status})

    def reminder(self, minutes: float = 0, name: str = "", **more: Any) -> str:
        name = name or secrets.token_hex(4)
        at = iso(START + timedelta(minutes=minutes))
        item = {
            "PK": self.pk,
            "SK": f"REMINDER#{name}",
            "GSI1PK": "REMINDER#DUE",
            "GSI1SK": at,
            "reminderId": name,
            "userId": self.pk.removeprefix("USER#"),
            "batchId": "b",
            "scheduledTime": at,
            "message": "Look after it",
            "status": "pending",
            **more,
        }
        self.table.put(item)
        return name

    def __getitem__(self, name: str) -> dict[str, Any]:
        for kind in ("REMINDER#", "DEVICE#"):
            found = self.table.get((self.pk, kind + name))
            if found is not None:
                return found
        raise KeyError(name)


def pending(item: dict[str, Any]) -> bool:
    return item["status"] == "pending" and item["GSI1PK"] == "REMINDER#DUE"


def sent(item: dict[str, Any]) -> bool:
    return item["status"] == "sent" and bool(item["sentAt"]) and not {"GSI1PK", "GSI1SK"} & set(item)
