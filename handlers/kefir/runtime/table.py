"""Kefir's one table, as this container uses it."""

from __future__ import annotations

from handlers.common.aws import client, prepare
from handlers.common.dynamodb import Table
from handlers.kefir.runtime.settings import settings

prepare("dynamodb")


def diary_table() -> Table:
    """The table that holds everything."""
    return Table(client("dynamodb"), settings().table, ("PK", "SK"))
