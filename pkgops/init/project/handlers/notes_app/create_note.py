"""POST /notebooks/{notebook}/notes: write a note. Needs the API key in the header X-Api-Key."""

from __future__ import annotations

import hmac
import json
import time
import uuid
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3

from handlers.common.environment import read
from handlers.common.http import BadRequest, body, response


@dataclass(frozen=True)
class Linked:
    """What the function is linked to."""

    notes_table: str
    jobs_queue_url: str
    api_key_secret: str


@cache
def linked() -> Linked:
    """Read once per execution environment."""
    return read(Linked)


@cache
def api_key() -> str:
    """The key callers must send; a new value is seen by new execution environments."""
    secrets = boto3.client("secretsmanager")
    return str(secrets.get_secret_value(SecretId=linked().api_key_secret)["SecretString"])


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Stores the note, and queues it for the worker."""
    if not hmac.compare_digest(event["headers"].get("x-api-key", "").encode(), api_key().encode()):
        return response(401, {"error": "The header X-Api-Key does not hold the key."})
    try:
        text = note_text(body(event))
    except BadRequest as error:
        return response(400, {"error": str(error)})
    now = int(time.time())
    note = {"notebook": event["pathParameters"]["notebook"], "id": f"{now:010}-{uuid.uuid4().hex[:8]}"}
    item = {**note, "text": text, "created_at": now}
    boto3.resource("dynamodb").Table(linked().notes_table).put_item(Item=item)
    boto3.client("sqs").send_message(QueueUrl=linked().jobs_queue_url, MessageBody=json.dumps(note))
    return response(201, item)


def note_text(sent: dict[str, Any]) -> str:
    """The text of a note: 1 to 10,000 characters. Raises `BadRequest`."""
    text = sent.get("text")
    if not isinstance(text, str) or not 1 <= len(text.strip()) <= 10_000:
        raise BadRequest("text is a string of 1 to 10,000 characters.")
    return text.strip()
