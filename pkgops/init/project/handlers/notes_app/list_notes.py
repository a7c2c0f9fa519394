"""GET /notebooks/{notebook}/notes: the newest notes of a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key

from handlers.common.environment import read
from handlers.common.http import response

PAGE = 50


@dataclass(frozen=True)
class Linked:
    """What the function is linked to."""

    notes_table: str


@cache
def table() -> Any:
    """The table of notes."""
    return boto3.resource("dynamodb").Table(read(Linked).notes_table)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """At most `PAGE` notes, newest first."""
    asked = Key("notebook").eq(event["pathParameters"]["notebook"])
    found = table().query(KeyConditionExpression=asked, ScanIndexForward=False, Limit=PAGE)
    return response(200, {"notes": found["Items"]})
