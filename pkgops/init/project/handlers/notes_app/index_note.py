"""The worker behind the queue: counts the words of each new note."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError

from handlers.common.environment import read

log = logging.getLogger()


@dataclass(frozen=True)
class Linked:
    """What the function is linked to."""

    notes_table: str


@cache
def table() -> Any:
    """The table of notes."""
    return boto3.resource("dynamodb").Table(read(Linked).notes_table)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Handles each message on its own: those that failed come again, and end in the dead-letter queue."""
    failed = []
    for record in event["Records"]:
        try:
            count_words(json.loads(record["body"]))
        except Exception:
            log.exception("Message %s failed", record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def count_words(key: dict[str, str]) -> None:
    """Stores the number of words with the note; a note that was deleted meanwhile is skipped."""
    note = table().get_item(Key=key).get("Item")
    if note is None:
        return
    update = {"UpdateExpression": "SET words = :words", "ConditionExpression": "attribute_exists(id)"}
    try:
        table().update_item(Key=key, ExpressionAttributeValues={":words": len(note["text"].split())}, **update)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
