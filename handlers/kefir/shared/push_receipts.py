"""Did the messages Expo took reach their devices?

Expo knows after a quarter of an hour and forgets after a day. Until then the tickets of a request wait in a row of
their own, which the index has as ``RECEIPT#PENDING``.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.kefir.shared import devices
from handlers.kefir.shared.expo import GONE, MOST_MESSAGES, MOST_RECEIPTS, Expo, ExpoRefused, ExpoUnavailable, fault_of
from handlers.kefir.shared.items import INDEX, RECEIPTS, Item
from handlers.kefir.shared.moments import stamp

READY = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=24)
_KEPT = timedelta(hours=48)  # until DynamoDB may remove the row
_ROWS = MOST_RECEIPTS // MOST_MESSAGES


def wait_for(table: Table, tickets: Mapping[str, Mapping[str, str]], now: datetime) -> None:
    """Keeps tickets, each with its device, until there may be receipts."""
    if not tickets:
        return
    item = {
        "PK": f"RECEIPT#{uuid.uuid4()}",
        "SK": "RECEIPT",
        "GSI1PK": RECEIPTS,
        "GSI1SK": stamp(now),
        "tickets": tickets,
        "createdAt": stamp(now),
        "updatedAt": stamp(now),
        "TTL": int((now + _KEPT).timestamp()),
    }
    table.put(item)


def collect(table: Table, expo: Expo, now: datetime) -> None:
    """Asks for the receipts that may be there. Devices that are gone are switched off, other complaints logged.
    Raises `handlers.common.aws.ServiceError`."""
    where, values = "GSI1PK = :pending AND GSI1SK <= :ready", {"pending": RECEIPTS, "ready": stamp(now - READY)}
    rows: list[Item] = []
    for row in table.pages(INDEX, where, values):
        rows.append(row)
        if len(rows) == _ROWS:
            _ask(table, expo, rows, now)
            rows = []
    if rows:
        _ask(table, expo, rows, now)


def _ask(table: Table, expo: Expo, rows: list[Item], now: datetime) -> None:
    try:
        receipts = expo.receipts([ticket for row in rows for ticket in row["tickets"]])
    except (ExpoUnavailable, ExpoRefused) as error:
        logger.warning("Receipts could not be read", extra={"reason": str(error)})
        receipts = {}
    for row in rows:
        open_ones = {}
        for ticket, device in row["tickets"].items():
            receipt = receipts.get(ticket)
            if receipt is None:
                open_ones[ticket] = device
                continue
            fault = fault_of(receipt)
            if fault == GONE:
                devices.disable(table, device, fault, stamp(now))
            elif fault:
                logger.error("A message was not delivered", extra={"reason": fault})
        _shrink(table, row, open_ones, now)


def _shrink(table: Table, row: Item, left: Mapping[str, object], now: datetime) -> None:
    key, values = (row["PK"], row["SK"]), {"left": left, "now": stamp(now)}
    if not left or row["GSI1SK"] <= stamp(now - FORGOTTEN):
        table.update(key, "SET tickets = :left, updatedAt = :now REMOVE GSI1PK, GSI1SK", values)
    elif len(left) < len(row["tickets"]):
        table.update(key, "SET tickets = :left, updatedAt = :now", values)
