"""GET /notebooks/{notebook}/notes/{id}: one note."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3

from handlers.common.environment import read
from handlers.common.http import response


@dataclass(frozen=True)
class Linked:
    """What the function is linked to."""

    notes_table: str


@cache
def table() -> Any:
    """The table of notes."""
    return boto3.resource("dynamodb").Table(read(Linked).notes_table)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """The note, or 404."""
    path = event["pathParameters"]
    found = table().get_item(Key={"notebook": path["notebook"], "id": path["id"]}).get("Item")
    return response(200, found) if found else response(404, {"error": "There is no such note."})
