"""Function run every 15 minutes: queues incomplete packages for another collection."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from handlers.common.aws import ServiceError, client
from handlers.common.deadline import Deadline
from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import begin, logger
from handlers.common.parallel import run_in_background
from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.upstream.circuit_breaker import UpstreamBreaker
from handlers.pkgwatch.packages.package_queue import NEW_PACKAGE_TIER
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.message_batches import BATCH, OutgoingMessage, batched, send_batch
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.runtime.settings import settings

STATUSES = ("partial", "minimal", "pending")
MAX_RETRIES = 5
REASON = "incomplete_data_retry"

_RESERVE = 15.0  # seconds
_MAX_DELAY = 300  # seconds over which the messages are spread
_REDISPATCHED_AFTER = timedelta(hours=1)  # unless it was collected by then
_DUE = (
    "(attribute_not_exists(retry_count) OR retry_count < :most)"
    " AND (attribute_not_exists(retry_dispatched_at) OR retry_dispatched_at < :before)"
)
_METRICS = {
    "RetryDispatcherFound": "found",
    "RetryDispatcherDispatched": "dispatched",
    "RetryDispatcherErrors": "errors",
    "RetryDispatcherGitHubSkipped": "github_skipped",
}

Send = Callable[[Sequence[OutgoingMessage]], set[int]]
Item = Mapping[str, Any]


@dataclass(slots=True)
class Run:
    """What one run works with, and its counts so far. ``send`` takes at most ten messages and returns the positions of
    those that were not accepted."""

    packages: Table
    send: Send
    delay: Callable[[], int]
    deadline: Deadline
    now: datetime
    counts: dict[str, int] = field(
        default_factory=lambda: {"found": 0, "dispatched": 0, "errors": 0, "github_skipped": 0}
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with a status code and the counts of `dispatch`."""
    begin("pkgwatch", context)
    known = settings()
    if not known.package_queue_url:
        logger.error("There is no package queue: PACKAGE_QUEUE_URL is not set")
        return {"statusCode": 500}

    def delay() -> int:
        return random.randint(0, _MAX_DELAY)  # noqa: S311 - spreads load

    send = partial(send_batch, client("sqs"), known.package_queue_url)
    run = Run(tables.packages(), send, delay, Deadline.of(context, _RESERVE), datetime.now(UTC))
    with metrics() as counters:
        try:
            github_open = UpstreamBreaker(tables.api_keys(), "github").is_open()
            result = dispatch(run, known.max_dispatch_per_run, github_open)
        finally:
            for name, counter in _METRICS.items():
                counters.count(name, run.counts[counter])
    logger.info("Retries dispatched", extra=dict(result))
    return {"statusCode": 200, **result}


def dispatch(run: Run, limit: int, github_open: bool) -> dict[str, int]:
    """Sends at most ``limit`` packages whose retry is due, the longest waiting first, of each status at most half of
    them. While the circuit of GitHub is open, packages that miss only GitHub's data are skipped.

    Returns how many were ``found``, ``dispatched``, ``github_skipped``, and not sent because of ``errors``."""
    for status in STATUSES:
        due = islice(_due(run, status), limit // 2)
        for batch in batched((item for item in due if _is_wanted(run, item, github_open)), BATCH):
            room = limit - run.counts["dispatched"]
            if room <= 0 or run.deadline.passed():
                return run.counts
            _mark_and_send(run, batch[:room], status)
    return run.counts


def _due(run: Run, status: str) -> Iterator[dict[str, Any]]:
    """The packages of all pages, because those of the first ones may all have been dispatched already."""
    values = {
        "status": status,
        "now": iso(run.now),
        "most": MAX_RETRIES,
        "before": iso(run.now - _REDISPATCHED_AFTER),
    }
    where = "data_status = :status AND next_retry_at <= :now"
    for item in run.packages.pages("data-status-index", where, values, _DUE):
        if run.deadline.passed():
            return
        yield item


def _is_wanted(run: Run, item: Item, github_open: bool) -> bool:
    run.counts["found"] += 1
    if github_open and item.get("missing_sources") == ["github"]:
        run.counts["github_skipped"] += 1
        return False
    return True


def _mark_and_send(run: Run, batch: Sequence[Item], status: str) -> None:
    """Marks packages before sending them, so that only one of two concurrent dispatchers sends each. The mark of one
    that could not be sent is removed for the next run."""
    marks = [run_in_background(_mark, run, item, status) for item in batch]
    marked = [item for item, mark in zip(batch, marks, strict=True) if mark.result()]
    run.counts["errors"] += sum(mark.result() is None for mark in marks)
    if not marked:
        return
    refused = run.send([OutgoingMessage(_message(item), run.delay()) for item in marked])
    run.counts["dispatched"] += len(marked) - len(refused)
    run.counts["errors"] += len(refused)
    for unmarking in [run_in_background(_unmark, run, marked[number]) for number in refused]:
        unmarking.result()


def _mark(run: Run, item: Item, status: str) -> bool | None:
    """Whether this run is to send the package; None if the table did not answer."""
    before = iso(run.now - _REDISPATCHED_AFTER)
    values = {"now": iso(run.now), "before": before, "most": MAX_RETRIES, "status": status}
    try:
        run.packages.update(
            (item["pk"], item["sk"]), "SET retry_dispatched_at = :now", values, f"data_status = :status AND {_DUE}"
        )
    except ConditionFailed:
        return False
    except ServiceError:
        logger.exception("A package could not be marked", extra={"package": item["pk"]})
        return None
    return True


def _unmark(run: Run, item: Item) -> None:
    try:
        values = {"mark": iso(run.now)}
        run.packages.update(
            (item["pk"], item["sk"]), "REMOVE retry_dispatched_at", values, "retry_dispatched_at = :mark"
        )
    except ConditionFailed:
        pass
    except ServiceError:
        logger.exception("A package's next retry is delayed by an hour", extra={"package": item["pk"]})


def _message(item: Item) -> dict[str, Any]:
    ecosystem, _, name = item["pk"].partition("#")
    return {
        "ecosystem": ecosystem,
        "name": name,
        "tier": item.get("tier") or NEW_PACKAGE_TIER,
        "force_refresh": True,
        "retry_sources": item.get("missing_sources") or [],
        "reason": REASON,
    }
