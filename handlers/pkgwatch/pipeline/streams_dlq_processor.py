"""SQS function on the queue of failed stream batches: has their packages scored after all.

It marks the packages' items, and the stream reports that change to the scorer. An item is marked only a few times
between two collections, so that one the scorer cannot process is given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from handlers.common.aws import ServiceError, client
from handlers.common.deadline import Deadline
from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import begin, logger
from handlers.common.parallel import run_in_background
from handlers.common.queue_messages import item_failures, json_object
from handlers.common.timestamps import iso
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.message_batches import batched
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.scoring.failed_batches import (
    Body,
    is_batch_info,
    packages_in_records,
    packages_in_shard,
    unscored_packages,
)

REASON = "streams_dlq_recovery"
MAX_MARKS = 5  # between two collections
MAX_UNSCORED = 1000  # packages a run takes from the table instead of the stream

_RESERVE = 15.0  # seconds
_CONCURRENT = 100
_MARK = (
    "SET force_rescore = :yes, rescore_requested_at = :now, rescore_reason = :reason,"
    " rescore_attempts = if_not_exists(rescore_attempts, :none) + :one"
)
_MARKABLE = (
    "attribute_exists(pk) AND (attribute_not_exists(rescore_attempts) OR rescore_attempts < :most)"
    " AND (attribute_not_exists(scored_at) OR attribute_not_exists(collected_at)"
    " OR scored_at <= collected_at OR force_rescore = :yes)"
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with the counts and batchItemFailures of `process`."""
    begin("pkgwatch", context)
    deadline, streams = Deadline.of(context, _RESERVE), partial(client, "dynamodbstreams")
    with metrics() as counters:
        result = process(tables.packages(), event.get("Records") or [], streams, deadline, datetime.now(UTC))
        counts = {name: count for name, count in result.items() if name != "batchItemFailures"}
        for name, count in counts.items():
            counters.count(f"StreamsDLQ{name.capitalize()}", count)
    logger.info("Failed batches processed", extra=counts)
    return result


@dataclass(slots=True)
class _Run:
    """``marks`` is the outcome for each package: rescored, skipped, given_up or failed. A package is marked once."""

    packages: Table
    deadline: Deadline
    now: datetime
    marks: dict[Key, str] = field(default_factory=dict)


def process(
    packages: Table,
    messages: Sequence[Mapping[str, Any]],
    streams: Callable[[], Any],
    deadline: Deadline,
    now: datetime,
) -> dict[str, Any]:
    """Marks the packages that the queue's ``messages`` name, until the deadline. ``streams`` makes the client that
    reads a stream.

    Returns how many messages were ``processed``; how many packages were ``rescored``, ``skipped`` (deleted, scored
    meanwhile, or none named) and ``failed``; in ``batchItemFailures`` the messages to send again."""
    run = _Run(packages, deadline, now)
    named: dict[str, set[Key]] = {}
    unreadable: dict[str, Body] = {}
    for message in messages:
        body = _body(message)
        keys = packages_in_shard(streams(), body) if is_batch_info(body) else packages_in_records(body)
        if keys is None:
            unreadable[message["messageId"]] = body
        else:
            named[message["messageId"]] = keys
    _mark_all(run, (key for keys in named.values() for key in keys))
    failed = [message_id for message_id, keys in named.items() if _has_failed(run, keys)]
    if unreadable and not _mark_unscored(run, list(unreadable.values())):
        failed += unreadable
    return _result(run, len(messages), sum(not keys for keys in named.values()), failed)


def _body(message: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a message; {} if it is no JSON object, which is logged and dropped."""
    body = json_object(message.get("body"))
    if body is None:
        logger.error("A message cannot be read; it is dropped", extra={"body": str(message.get("body"))[:500]})
    return body or {}


def _result(run: _Run, processed: int, empty: int, failed: Iterable[str]) -> dict[str, Any]:
    outcomes = list(run.marks.values())
    return {
        "processed": processed,
        "rescored": outcomes.count("rescored"),
        "skipped": outcomes.count("skipped") + empty,
        "failed": outcomes.count("failed") + outcomes.count("given_up"),
        "batchItemFailures": item_failures(failed),
    }


def _mark_all(run: _Run, keys: Iterable[Key]) -> None:
    unmarked = (key for key in dict.fromkeys(keys) if key not in run.marks)
    for batch in batched(unmarked, _CONCURRENT):
        if run.deadline.passed():
            return
        marking = [(key, run_in_background(_mark, run, key)) for key in batch]
        run.marks.update({key: marked.result() for key, marked in marking})


def _mark_unscored(run: _Run, bodies: Sequence[Body]) -> bool:
    """Whether every package was marked that these batches may contain; if not, the next run continues."""
    try:
        for batch in batched(unscored_packages(run.packages, bodies), _CONCURRENT):
            _mark_all(run, batch)
            if _has_failed(run, batch):
                return False
            if list(run.marks.values()).count("rescored") >= MAX_UNSCORED:
                logger.warning("More packages are not scored than one run takes")
                return False
    except ServiceError:
        logger.exception("The packages that were not scored could not be read")
        return False
    return True


def _has_failed(run: _Run, keys: Iterable[Key]) -> bool:
    return any(run.marks.get(key, "failed") == "failed" for key in keys)


def _mark(run: _Run, key: Key) -> str:
    """The outcome: rescored, skipped, given_up, or failed if the table did not answer."""
    values = {"yes": True, "now": iso(run.now), "reason": REASON, "none": 0, "one": 1, "most": MAX_MARKS}
    try:
        run.packages.update(key, _MARK, values, _MARKABLE)
    except ConditionFailed as refused:
        if _is_done(refused.item or {}):
            return "skipped"
        logger.error("A package cannot be scored until its next collection", extra={"package": key[0]})
        return "given_up"
    except ServiceError:
        logger.exception("A package could not be marked", extra={"package": key[0]})
        return "failed"
    return "rescored"


def _is_done(item: Mapping[str, Any]) -> bool:
    """Whether an item that was not marked is deleted or scored, rather than marked too often."""
    scored = str(item.get("scored_at") or "") > str(item.get("collected_at") or "")
    return int(item.get("rescore_attempts") or 0) < MAX_MARKS or (scored and not item.get("force_rescore"))
