"""The daily cleanup: removes notes that are older than KEEP_DAYS."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr

from handlers.common.environment import read

log = logging.getLogger()


@dataclass(frozen=True)
class Linked:
    """What the function is linked to, and its setting."""

    notes_table: str
    keep_days: int


@cache
def linked() -> Linked:
    """Read once per execution environment."""
    return read(Linked)


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Reads the whole table page by page and deletes what is too old; says how many notes that were."""
    table = boto3.resource("dynamodb").Table(linked().notes_table)
    oldest = int(time.time()) - linked().keep_days * 86_400
    asked: dict[str, Any] = {"FilterExpression": Attr("created_at").lt(oldest), "ProjectionExpression": "notebook, id"}
    removed = 0
    while True:
        page = table.scan(**asked)
        for key in page["Items"]:
            table.delete_item(Key=key)
            removed += 1
        if "LastEvaluatedKey" not in page:
            break
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]
    log.warning("Removed %d notes", removed)
    return {"removed": removed}
