"""How are rows written that the application's client would write? It makes their ids and sets ``updatedAt``."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pg8000.native
from pg8000.native import identifier

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_id() -> str:
    """An id of the form the client makes (cuid): c and 24 small letters and digits."""
    return "c" + "".join(secrets.choice(_LETTERS) for _ in range(24))


def now() -> str:
    """The time for ``updatedAt``, in UTC without offset as the columns keep it."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")


def row(**columns: Any) -> dict[str, Any]:
    """A row with an id and ``updatedAt``."""
    return {"id": new_id(), **columns, "updatedAt": now()}


def insert(
    connection: pg8000.native.Connection, table: str, rows: Sequence[dict[str, Any]], conflict: str = ""
) -> list[str]:
    """Inserts rows that all have the same columns, in one statement; ``conflict`` is what happens to one that is there
    (``DO NOTHING``). Returns the ids of those that were written."""
    if not rows:
        return []
    columns = ", ".join(f'"{name}"' for name in rows[0])
    found = connection.run(
        f"INSERT INTO {identifier(table)} ({columns}) SELECT {columns} "  # noqa: S608 - names of this system's code
        f"FROM jsonb_populate_recordset(NULL::{identifier(table)}, CAST(:rows AS jsonb)) "
        f"{f'ON CONFLICT {conflict} ' if conflict else ''}RETURNING id",
        rows=json.dumps(rows),
    )
    return [id for (id,) in found or ()]
