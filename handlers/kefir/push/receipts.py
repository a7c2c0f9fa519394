"""Receipts of the messages Expo accepted, which show whether they reached their devices.

Expo has a receipt after 15 minutes and deletes it after a day. Until then the tickets of a request wait in a row of
their own, which the index has as ``RECEIPT#PENDING``.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.kefir.data.items import INDEX, RECEIPTS, Item
from handlers.kefir.data.timestamps import iso
from handlers.kefir.devices.records import disable
from handlers.kefir.push.expo import (
    DEVICE_NOT_REGISTERED,
    MAX_MESSAGES,
    MAX_RECEIPTS,
    Expo,
    ExpoRefused,
    ExpoUnavailable,
    ExpoUnclear,
    error_of,
)

READY_AFTER = timedelta(minutes=15)
DELETED_AFTER = timedelta(hours=24)
_ROW_LIFETIME = timedelta(hours=48)  # until DynamoDB may delete the row
_ROWS = MAX_RECEIPTS // MAX_MESSAGES


def save_tickets(table: Table, tickets: Mapping[str, Mapping[str, str]], now: datetime) -> None:
    """Saves tickets, each with its device, until their receipts are ready."""
    if not tickets:
        return
    item = {
        "PK": f"RECEIPT#{uuid.uuid4()}",
        "SK": "RECEIPT",
        "GSI1PK": RECEIPTS,
        "GSI1SK": iso(now),
        "tickets": tickets,
        "createdAt": iso(now),
        "updatedAt": iso(now),
        "TTL": int((now + _ROW_LIFETIME).timestamp()),
    }
    table.put(item)


def collect_receipts(table: Table, expo: Expo, now: datetime, in_time: Callable[[], bool]) -> None:
    """Requests the receipts that may be ready, as long as it is ``in_time``. Devices that are not registered any more
    are disabled, other errors are logged. Raises `handlers.common.aws.ServiceError`."""
    where, values = "GSI1PK = :pending AND GSI1SK <= :ready", {"pending": RECEIPTS, "ready": iso(now - READY_AFTER)}
    rows: list[Item] = []
    for row in table.pages(INDEX, where, values):
        rows.append(row)
        if len(rows) == _ROWS:
            _collect(table, expo, rows, now)
            rows = []
            if not in_time():
                return
    if rows:
        _collect(table, expo, rows, now)


def _collect(table: Table, expo: Expo, rows: list[Item], now: datetime) -> None:
    try:
        receipts = expo.receipts([ticket for row in rows for ticket in row["tickets"]])
    except (ExpoUnavailable, ExpoUnclear, ExpoRefused) as error:
        logger.warning("Receipts could not be read", extra={"reason": str(error)})
        receipts = {}
    for row in rows:
        remaining = {}
        for ticket, device in row["tickets"].items():
            receipt = receipts.get(ticket)
            if receipt is None:
                remaining[ticket] = device
                continue
            failure = error_of(receipt)
            if failure == DEVICE_NOT_REGISTERED:
                disable(table, device, failure, iso(now))
            elif failure:
                logger.error("A message was not delivered", extra={"reason": failure})
        _save_remaining(table, row, remaining, now)


def _save_remaining(table: Table, row: Item, remaining: Mapping[str, object], now: datetime) -> None:
    key, values = (row["PK"], row["SK"]), {"left": remaining, "now": iso(now)}
    if not remaining or row["GSI1SK"] <= iso(now - DELETED_AFTER):
        table.update(key, "SET tickets = :left, updatedAt = :now REMOVE GSI1PK, GSI1SK", values)
    elif len(remaining) < len(row["tickets"]):
        table.update(key, "SET tickets = :left, updatedAt = :now", values)
