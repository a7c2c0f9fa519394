"""What becomes of messages the collector could not handle?

Each is sent once more, later each time, or recorded as failed for good; only then is it deleted. Whatever goes
wrong in between leaves the message where it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.maintenance.failure_kinds import PERMANENT, kind
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid, normalise, package_key
from handlers.pkgwatch.runtime.message_batches import LONGEST_DELAY, Outgoing, send_batch
from handlers.pkgwatch.runtime.metrics import Metrics

RECEIVES = 10  # a run, ten messages each

_HIDDEN = 180  # seconds: longer than a run, so that none is met twice
_DELETES = 3
_LONGEST_BODY = 300_000  # bytes of a message kept in a record: an item has room for 400 KB

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Letters:
    """Where messages come from and go to; ``wait`` is how many seconds a receive waits for one."""

    client: Any
    dead: str
    main: str
    packages: Table
    metrics: Metrics
    most_retries: int = 5
    wait: int = 1


def process(letters: Letters, more: Callable[[], bool], now: datetime) -> dict[str, int]:
    """Goes through the dead letters, as long as there is time for ``more``. Returns how many were ``processed``,
    and how many of them ``requeued``, ``permanently_failed`` and ``skipped`` (unreadable, or left for later)."""
    counts = {"processed": 0, "requeued": 0, "permanently_failed": 0, "skipped": 0}
    for _ in range(RECEIVES):
        if not more():
            break
        received = _receive(letters)
        if not received:
            break
        for message in received:
            outcome = _settle(letters, message, now)
            counts["processed"] += 1
            counts[outcome] += 1
    for name, counter in _COUNTERS.items():
        letters.metrics.count(name, counts[counter])
    return counts


_COUNTERS = {
    "DLQMessagesProcessed": "processed",
    "DLQMessagesRequeued": "requeued",
    "DLQPermanentFailures": "permanently_failed",
    "DLQMessagesSkipped": "skipped",
}


def _receive(letters: Letters) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = letters.client.receive_message(
        QueueUrl=letters.dead,
        MaxNumberOfMessages=10,
        VisibilityTimeout=_HIDDEN,
        WaitTimeSeconds=letters.wait,
        AttributeNames=["SentTimestamp"],
    ).get("Messages", [])
    return found


def _settle(letters: Letters, message: Message, now: datetime) -> str:
    """What became of one message: the name of its counter."""
    body = _object(message["Body"])
    if body is None:
        logger.error("A dead letter cannot be read; it is dropped", extra={"body": message["Body"][:500]})
        _delete(letters, message)
        return "skipped"
    package = str(body.get("name") or "unknown")
    try:
        outcome = _judge(letters, message, body, now)
    except ServiceError:
        logger.exception("A dead letter is left for the next run", extra={"package": package})
        outcome = "skipped"
    letters.metrics.count("DLQProcessing", 1, Action=_ACTIONS[outcome], Package=package[:214])
    return outcome


_ACTIONS = {"requeued": "requeued", "permanently_failed": "permanent_failure", "skipped": "skipped"}


def _judge(letters: Letters, message: Message, body: Mapping[str, Any], now: datetime) -> str:
    error = _error(letters.packages, body)
    found, retries = kind(error), _retries(body)
    if found == PERMANENT or retries >= letters.most_retries:
        reason = "permanent_error" if found == PERMANENT else "max_retries_exceeded"
        record = {"failure_reason": reason, "error_type": found, "last_error": error, "retry_count": retries}
        letters.packages.put({**_record(message, body, now), **record})
        _delete(letters, message)
        return "permanently_failed"
    again = {**body, "_retry_count": retries + 1, "_last_error": error, "_error_class": found}
    if send_batch(letters.client, letters.main, [Outgoing(again, min(LONGEST_DELAY, 60 * 2**retries))]):
        return "skipped"
    _delete(letters, message)
    return "requeued"


def _error(packages: Table, body: Mapping[str, Any]) -> str:
    """What is known of the failure: a message nobody could ever handle, what the message says, else the item."""
    ecosystem, name = body.get("ecosystem", "npm"), body.get("name")
    if ecosystem not in ECOSYSTEMS or not isinstance(name, str) or not is_valid(ecosystem, normalise(ecosystem, name)):
        return "malformed message: it names no package"
    if body.get("_last_error"):
        return str(body["_last_error"])
    item = packages.get(package_key(ecosystem, normalise(ecosystem, name)), ("collection_error",))
    return str((item or {}).get("collection_error") or "")


def _retries(body: Mapping[str, Any]) -> int:
    count = body.get("_retry_count")
    return max(0, count) if type(count) is int else 0


def _record(message: Message, body: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The record of a failure for good. Its key is the message's own, so that one recorded twice, because it
    could not be deleted, has one record."""
    sent = int((message.get("Attributes") or {}).get("SentTimestamp") or now.timestamp() * 1000)
    return {
        "pk": f"FAILED#{message['MessageId']}",
        "sk": iso(datetime.fromtimestamp(sent / 1000, UTC)),
        "ecosystem": str(body.get("ecosystem") or "unknown"),
        "name": str(body.get("name") or "unknown"),
        "body": message["Body"].encode()[:_LONGEST_BODY].decode(errors="ignore"),
        "failed_at": iso(now),
    }


def _delete(letters: Letters, message: Message) -> None:
    for attempt in range(1, _DELETES + 1):
        try:
            letters.client.delete_message(QueueUrl=letters.dead, ReceiptHandle=message["ReceiptHandle"])
        except ServiceError:
            logger.warning("A dead letter was not deleted", exc_info=True, extra={"attempt": attempt})
        else:
            return


def _object(text: str) -> dict[str, Any] | None:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
