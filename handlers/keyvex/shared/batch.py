"""Batches of queue messages: which of them have to be delivered again, and how soon."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.common.aws import ServiceError, client
from handlers.common.deadline import Deadline, OutOfTime
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.common.queue_messages import item_failures
from handlers.common.secrets import SecretUnavailable
from handlers.keyvex.shared.clock import now_ms
from handlers.keyvex.shared.messages import InvalidMessage, NotProcessed, kind_of
from handlers.keyvex.shared.once import Claim, claim

RETRY_SECONDS = 30  # until the second delivery, twice that until the third, and so on

# SQS hides a message for 12 hours at most, counted from when a function received it, which has taken up to 15 minutes.
_MOST_SECONDS = 43_200 - 900
_STORING = 60.0  # seconds that an invocation may go on after its deadline: a claim holds as long
_CALL = 10  # messages in one call, by SQS
_EXPECTED = (NotProcessed, OutOfTime, SecretUnavailable)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a message: ``count`` is 1 for the first one, ``sent`` is when the queue got the message, in
    milliseconds."""

    message_id: str
    body: str
    receipt: str
    count: int
    sent: int

    @property
    def about(self) -> dict[str, Any]:
        """What a log line says of it."""
        kind = kind_of(self.body)
        return {"message_id": self.message_id, **({"type": kind} if kind else {}), "delivery": self.count}


@dataclass(frozen=True, slots=True)
class Failure:
    """A delivery whose message has to come again, not before ``retry_after`` seconds."""

    delivery: Delivery
    retry_after: float = 0


def deliveries(event: Mapping[str, Any]) -> list[Delivery]:
    """The records of an event."""
    return [_delivery(record) for record in event["Records"]]


def process_each(
    event: Mapping[str, Any], deadline: Deadline, queue_url: str, work: Callable[[Delivery], None]
) -> dict[str, Any]:
    """Does the work for one record after the other and returns the answer to Lambda. None is begun after the deadline,
    and the failure of one does not concern the others."""
    attempts = [_attempt(delivery, deadline, work) for delivery in deliveries(event)]
    return answer(queue_url, [failure for failure in attempts if failure])


def process_once(table: Table, delivery: Delivery, deadline: Deadline, work: Callable[[Delivery, Claim], None]) -> None:
    """Does the work unless the message has been processed before; what that work raises lets the message be begun
    again. Raises `InProgress`, and `ServiceError`."""
    claimed = claim(table, delivery.message_id, now_ms(), deadline.left() + _STORING)
    if claimed is None:
        logger.info("A message was delivered again; it is done already", extra=delivery.about)
        return
    try:
        work(delivery, claimed)
    except Exception:
        claimed.release()
        raise
    claimed.finish()


def answer(queue_url: str, failures: Sequence[Failure]) -> dict[str, Any]:
    """The answer that has these messages delivered again: after `RETRY_SECONDS` times their deliveries so far, or
    later where a failure asks for it, and not only when the queue's long visibility timeout is over."""
    for start in range(0, len(failures), _CALL):
        _shorten(queue_url, failures[start : start + _CALL])
    return {"batchItemFailures": item_failures(failure.delivery.message_id for failure in failures)}


def log_failure(delivery: Delivery, error: Exception) -> Failure:
    """Logs why a message could not be processed, without its content; where in the code only if nobody expected it."""
    if isinstance(error, InvalidMessage):
        logger.error("A message is invalid", extra={**delivery.about, "reason": str(error)})
    elif isinstance(error, _EXPECTED):
        reason = str(error) or type(error).__name__
        logger.error("A message could not be processed", extra={**delivery.about, "reason": reason})
    else:
        logger.error("A message could not be processed", extra=delivery.about, exc_info=error)
    return Failure(delivery, getattr(error, "retry_after", None) or 0)


def log_success(delivery: Delivery) -> None:
    """Logs that a message took effect, or had done so before."""
    logger.info("A message was processed", extra=delivery.about)


def _attempt(delivery: Delivery, deadline: Deadline, work: Callable[[Delivery], None]) -> Failure | None:
    if deadline.passed():
        logger.warning("No time was left for a message", extra=delivery.about)
        return Failure(delivery)
    try:
        work(delivery)
    except Exception as error:
        return log_failure(delivery, error)
    log_success(delivery)
    return None


def _shorten(queue_url: str, failures: Iterable[Failure]) -> None:
    entries = [_visibility(str(number), failure) for number, failure in enumerate(failures) if failure.delivery.receipt]
    if not queue_url or not entries:
        return
    try:
        refused = client("sqs").change_message_visibility_batch(QueueUrl=queue_url, Entries=entries).get("Failed")
    except ServiceError:
        logger.exception("The next delivery of failed messages could not be brought forward")
    else:
        if refused:
            logger.warning("Some messages come again later than they should", extra={"refused": len(refused)})


def _visibility(name: str, failure: Failure) -> dict[str, Any]:
    seconds = max(RETRY_SECONDS * failure.delivery.count, math.ceil(failure.retry_after))
    return {
        "Id": name,
        "ReceiptHandle": failure.delivery.receipt,
        "VisibilityTimeout": min(_MOST_SECONDS, seconds),
    }


def _delivery(record: Mapping[str, Any]) -> Delivery:
    attributes = record.get("attributes") or {}
    return Delivery(
        message_id=record["messageId"],
        body=record.get("body") or "",
        receipt=record.get("receiptHandle") or "",
        count=int(attributes.get("ApproximateReceiveCount") or 1),
        sent=int(attributes.get("SentTimestamp") or now_ms()),
    )
