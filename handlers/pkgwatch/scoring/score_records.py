"""Which records of a batch lead to a score, and which are to be sent again?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from handlers.common.attributes import plain
from handlers.common.dynamodb import Key, Table
from handlers.common.logs import logger
from handlers.common.parallel import run_in_background
from handlers.pkgwatch.scoring.score_store import Outcome, failure, rescore, rescore_named, skip

Record = Mapping[str, Any]
Waiting = Future[Outcome]


def process(packages: Table, records: Sequence[Record], now: datetime) -> dict[str, Any]:
    """Scores what the records of a stream or a queue name, each package once and all at once.

    Returns counts, and ``batchItemFailures`` for what is worth another try: a bad record would come back for
    ever, a table that did not answer will.
    """
    running: dict[Key, Waiting] = {}
    started = [_start(packages, record, now, running) for record in records]
    outcomes = [_finish(outcome) for outcome in started]
    again = [record for record, outcome in zip(records, outcomes, strict=True) if outcome.status >= 500]
    return {
        "processed": len(outcomes),
        "successes": sum(outcome.status < 400 and not outcome.skipped for outcome in outcomes),
        "skipped": sum(outcome.skipped for outcome in outcomes),
        "failures": sum(outcome.status >= 400 for outcome in outcomes),
        "batchItemFailures": [{"itemIdentifier": _identifier(record)} for record in again],
    }


def _start(packages: Table, record: Record, now: datetime, running: dict[Key, Waiting]) -> Outcome | Waiting:
    if "dynamodb" not in record:
        return run_in_background(_from_queue, packages, record, now)
    target = changed_package(record)
    if isinstance(target, Outcome):
        return target
    if target not in running:
        running[target] = run_in_background(rescore, packages, target, now)
    return running[target]


def _finish(started: Outcome | Waiting) -> Outcome:
    if isinstance(started, Outcome):
        return started
    try:
        return started.result()
    except Exception as error:
        logger.exception("A record could not be processed")
        return failure(500, "internal_error", type(error).__name__)


def changed_package(record: Record) -> Key | Outcome:
    """The package a stream record asks to score. Our own writes come back as records too: they leave
    ``collected_at`` as it was and take ``force_rescore`` away, so they end here."""
    change = record["dynamodb"]
    new, old = change.get("NewImage"), change.get("OldImage") or {}
    if record.get("eventName") == "REMOVE" or not new:
        return skip("not_a_change")
    forced = new.get("force_rescore") == {"BOOL": True}
    collected = _text(new, "collected_at")
    if record.get("eventName") == "MODIFY" and not forced and collected and collected == _text(old, "collected_at"):
        return skip("not_collected_again")
    key, sort_key = _text(new, "pk"), _text(new, "sk")
    if "#" not in key:
        logger.error("A record without a package", extra={"pk": key})
        return failure(400, "invalid_key", "The key is not of the form ecosystem#name.")
    if key.startswith("FAILED#") or sort_key not in ("", "LATEST"):
        return skip("not_a_package")
    return (key, "LATEST") if collected else skip("not_collected")


def _from_queue(packages: Table, record: Record, now: datetime) -> Outcome:
    try:
        message = json.loads(record.get("body") or "")
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        logger.error("A message that is no JSON object")
        return failure(400, "invalid_json", "The message must be a JSON object.")
    return rescore_named(packages, message, now)


def _text(image: Mapping[str, Any], name: str) -> str:
    value = plain(image[name]) if image.get(name) else None
    return value if isinstance(value, str) else ""


def _identifier(record: Record) -> str:
    """What names a record to its source: Lambda retries a stream from a sequence number."""
    sequence = (record.get("dynamodb") or {}).get("SequenceNumber")
    return str(sequence or record.get("eventID") or record.get("messageId") or "")
