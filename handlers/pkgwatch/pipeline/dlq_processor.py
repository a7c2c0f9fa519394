"""Function run every 15 minutes: sends the collector's dead letters again, or records that they failed for good.

A message is deleted only after it was sent or recorded. After an error in between it stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import ServiceError, client
from handlers.common.deadline import Deadline
from handlers.common.dynamodb import Table
from handlers.common.logs import begin, logger
from handlers.common.queue_messages import json_object
from handlers.common.timestamps import iso
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid, normalize, package_key
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.message_batches import MAX_DELAY, OutgoingMessage, send_batch
from handlers.pkgwatch.runtime.metrics import Metrics, metrics
from handlers.pkgwatch.runtime.settings import settings

RECEIVES = 10  # a run, ten messages each
PERMANENT, TRANSIENT, UNKNOWN = "permanent", "transient", "unknown"

_RESERVE = 30.0  # seconds: ten messages take less
_VISIBILITY_TIMEOUT = 180  # seconds: longer than a run, which therefore receives no message twice
_DELETE_ATTEMPTS = 3
_MAX_BODY = 300_000  # bytes of a message kept in its record: an item has room for 400 KB

_PERMANENT = (
    *("404", "not found", "does not exist", "malformed", "forbidden", "unauthorized"),
    *("path traversal", "package name too long", "empty package name"),
)
_TRANSIENT = (
    *("timeout", "timed out", "502", "503", "504", "rate limit"),
    *("too many requests", "connection", "unavailable", "temporarily"),
)
_COUNTERS = {
    "DLQMessagesProcessed": "processed",
    "DLQMessagesRequeued": "requeued",
    "DLQPermanentFailures": "permanently_failed",
    "DLQMessagesSkipped": "skipped",
}
_ACTIONS = {"requeued": "requeued", "permanently_failed": "permanent_failure", "skipped": "skipped"}

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The dead-letter queue, the main queue, and what else a run needs; ``wait`` are the seconds a receive waits."""

    sqs: Any
    dead_letter_url: str
    main_url: str
    packages: Table
    metrics: Metrics
    max_retries: int = 5
    wait: int = 1


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Answers with the counts of `process`."""
    begin("pkgwatch", context)
    known = settings()
    with metrics() as counters:
        letters = DeadLetters(
            sqs=client("sqs"),
            dead_letter_url=known.dlq_url,
            main_url=known.main_queue_url,
            packages=tables.packages(),
            metrics=counters,
            max_retries=known.max_dlq_retries,
        )
        result = process(letters, Deadline.of(context, _RESERVE), datetime.now(UTC))
    logger.info("Dead letters processed", extra=dict(result))
    return result


def process(letters: DeadLetters, deadline: Deadline, now: datetime) -> dict[str, int]:
    """Processes dead letters until the deadline. Returns how many were ``processed``, and how many of them
    ``requeued``, ``permanently_failed`` and ``skipped`` (unreadable, or left for the next run)."""
    counts = {"processed": 0, "requeued": 0, "permanently_failed": 0, "skipped": 0}
    for _ in range(RECEIVES):
        messages = [] if deadline.passed() else _receive(letters)
        if not messages:
            break
        for message in messages:
            outcome = _process_message(letters, message, now)
            counts["processed"] += 1
            counts[outcome] += 1
    for name, counter in _COUNTERS.items():
        letters.metrics.count(name, counts[counter])
    return counts


def error_class(error: str) -> str:
    """permanent, transient or unknown, by what the text of an error contains; permanent wins."""
    text = error.lower()
    if any(phrase in text for phrase in _PERMANENT):
        return PERMANENT
    return TRANSIENT if any(phrase in text for phrase in _TRANSIENT) else UNKNOWN


def _receive(letters: DeadLetters) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = letters.sqs.receive_message(
        QueueUrl=letters.dead_letter_url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=_VISIBILITY_TIMEOUT,
        WaitTimeSeconds=letters.wait,
        AttributeNames=["SentTimestamp"],
    ).get("Messages", [])
    return found


def _process_message(letters: DeadLetters, message: Message, now: datetime) -> str:
    """The name of the counter the message counts for."""
    body = json_object(message["Body"])
    if body is None:
        logger.error("A dead letter cannot be read; it is dropped", extra={"body": message["Body"][:500]})
        _delete(letters, message)
        return "skipped"
    package = str(body.get("name") or "unknown")
    try:
        outcome = _requeue_or_record(letters, message, body, now)
    except ServiceError:
        logger.exception("A dead letter is left for the next run", extra={"package": package})
        outcome = "skipped"
    letters.metrics.count("DLQProcessing", 1, Action=_ACTIONS[outcome], Package=package[:214])
    return outcome


def _requeue_or_record(letters: DeadLetters, message: Message, body: Mapping[str, Any], now: datetime) -> str:
    error = _last_error(letters.packages, body)
    kind, retries = error_class(error), _retry_count(body)
    if kind == PERMANENT or retries >= letters.max_retries:
        reason = "permanent_error" if kind == PERMANENT else "max_retries_exceeded"
        failure = {"failure_reason": reason, "error_type": kind, "last_error": error, "retry_count": retries}
        letters.packages.put({**_record(message, body, now), **failure})
        _delete(letters, message)
        return "permanently_failed"
    retry = {**body, "_retry_count": retries + 1, "_last_error": error, "_error_class": kind}
    if send_batch(letters.sqs, letters.main_url, [OutgoingMessage(retry, min(MAX_DELAY, 60 * 2**retries))]):
        return "skipped"
    _delete(letters, message)
    return "requeued"


def _last_error(packages: Table, body: Mapping[str, Any]) -> str:
    """The error in the message, else the one on the package's item; a message that names no package is malformed."""
    ecosystem, name = body.get("ecosystem", "npm"), body.get("name")
    if ecosystem not in ECOSYSTEMS or not isinstance(name, str) or not is_valid(ecosystem, normalize(ecosystem, name)):
        return "malformed message: it names no package"
    if body.get("_last_error"):
        return str(body["_last_error"])
    item = packages.get(package_key(ecosystem, normalize(ecosystem, name)), ("collection_error",))
    return str((item or {}).get("collection_error") or "")


def _retry_count(body: Mapping[str, Any]) -> int:
    count = body.get("_retry_count")
    return max(0, count) if type(count) is int else 0


def _record(message: Message, body: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The record of a permanent failure. Its key is the message's id, so that a message which could not be deleted,
    and is recorded again, has one record."""
    sent = int((message.get("Attributes") or {}).get("SentTimestamp") or now.timestamp() * 1000)
    return {
        "pk": f"FAILED#{message['MessageId']}",
        "sk": iso(datetime.fromtimestamp(sent / 1000, UTC)),
        "ecosystem": str(body.get("ecosystem") or "unknown"),
        "name": str(body.get("name") or "unknown"),
        "body": message["Body"].encode()[:_MAX_BODY].decode(errors="ignore"),
        "failed_at": iso(now),
    }


def _delete(letters: DeadLetters, message: Message) -> None:
    for attempt in range(1, _DELETE_ATTEMPTS + 1):
        try:
            letters.sqs.delete_message(QueueUrl=letters.dead_letter_url, ReceiptHandle=message["ReceiptHandle"])
        except ServiceError:
            logger.warning("A dead letter was not deleted", exc_info=True, extra={"attempt": attempt})
        else:
            return
