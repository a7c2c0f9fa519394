"""The items of connections: who is connected, since when, and where frames for them are posted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.common.dynamodb import Table
from handlers.keyvex.shared.clock import iso_ms, now_ms
from handlers.keyvex.shared.items import expiry, index_key, new_item
from handlers.keyvex.shared.settings import settings


def register(table: Table, context: Mapping[str, Any], user: str, job: str | None) -> None:
    """Writes the item of a connection, by the request context of its event. The app reads ``connectionId``,
    ``connectedAt`` and ``ttl`` of every one, and expects ``jobId`` even where there is none."""
    connection, now = context["connectionId"], now_ms()
    item = new_item(
        (f"CONNECTION#{connection}", f"USER#{user}"),
        "CONNECTION",
        now,
        {
            **index_key(1, f"USER#{user}", f"CONNECTION#{connection}"),
            "connectionId": connection,
            "userId": user,
            "connectedAt": iso_ms(now),
            "ttl": expiry(now, settings().connection_ttl_seconds),
            "domainName": context.get("domainName"),
            "stage": context.get("stage"),
        },
    )
    table.put({**item, "jobId": job or None})


def forget(table: Table, connection: str) -> None:
    """Deletes what is stored of a connection."""
    for item in table.partition(f"CONNECTION#{connection}", ("PK", "SK"), consistent=True):
        table.delete((item["PK"], item["SK"]))
