"""Which packages whose data is incomplete are worth another try now?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import logger
from handlers.common.parallel import run_in_background
from handlers.common.timestamps import iso
from handlers.pkgwatch.runtime.message_batches import BATCH, Outgoing, batched

STATUSES = ("partial", "minimal", "pending")
MOST_RETRIES = 5
REASON = "incomplete_data_retry"

_AGAIN = timedelta(hours=1)  # a dispatched package that was not collected by then is sent again
_DUE = (
    "(attribute_not_exists(retry_count) OR retry_count < :most)"
    " AND (attribute_not_exists(retry_dispatched_at) OR retry_dispatched_at < :before)"
)

Send = Callable[[Sequence[Outgoing]], set[int]]
Item = Mapping[str, Any]


@dataclass(slots=True)
class Run:
    """What one run may do and how far it came. ``send`` takes at most ten messages and returns the positions of
    those that were not taken; ``more`` tells whether there is time."""

    packages: Table
    send: Send
    delay: Callable[[], int]
    more: Callable[[], bool]
    now: datetime
    counts: dict[str, int] = field(
        default_factory=lambda: {"found": 0, "dispatched": 0, "errors": 0, "github_skipped": 0}
    )


def dispatch(run: Run, most: int, github_open: bool) -> dict[str, int]:
    """Sends at most ``most`` packages whose time has come, the longest waiting first, from each status at most
    half of them. While the circuit to GitHub is open, those that lack nothing else are left for later.

    Returns how many were ``found``, ``dispatched``, ``github_skipped``, and sent in vain (``errors``)."""
    for status in STATUSES:
        waiting = islice(_waiting(run, status), most // 2)
        for batch in batched((item for item in waiting if _wanted(run, item, github_open)), BATCH):
            room = most - run.counts["dispatched"]
            if room <= 0 or not run.more():
                return run.counts
            _hand_over(run, batch[:room], status)
    return run.counts


def _waiting(run: Run, status: str) -> Iterator[dict[str, Any]]:
    """All pages: those at the front may all be on their way already."""
    values = {
        "status": status,
        "now": iso(run.now),
        "most": MOST_RETRIES,
        "before": iso(run.now - _AGAIN),
    }
    where = "data_status = :status AND next_retry_at <= :now"
    for item in run.packages.pages("data-status-index", where, values, _DUE):
        if not run.more():
            return
        yield item


def _wanted(run: Run, item: Item, github_open: bool) -> bool:
    run.counts["found"] += 1
    if github_open and item.get("missing_sources") == ["github"]:
        run.counts["github_skipped"] += 1
        return False
    return True


def _hand_over(run: Run, batch: Sequence[Item], status: str) -> None:
    """Marks first and sends then: of two dispatchers at work one gets a package. What could not be sent loses its
    mark, so that the next run has it again."""
    marks = [run_in_background(_mark, run, item, status) for item in batch]
    marked = [item for item, mark in zip(batch, marks, strict=True) if mark.result()]
    run.counts["errors"] += sum(mark.result() is None for mark in marks)
    if not marked:
        return
    refused = run.send([Outgoing(_message(item), run.delay()) for item in marked])
    run.counts["dispatched"] += len(marked) - len(refused)
    run.counts["errors"] += len(refused)
    for undone in [run_in_background(_unmark, run, marked[number]) for number in refused]:
        undone.result()


def _mark(run: Run, item: Item, status: str) -> bool | None:
    """True if the package is ours to send, None if the table did not answer."""
    values = {"now": iso(run.now), "before": iso(run.now - _AGAIN), "most": MOST_RETRIES, "status": status}
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
        logger.exception("A package waits an hour for its next try", extra={"package": item["pk"]})


def _message(item: Item) -> dict[str, Any]:
    ecosystem, _, name = item["pk"].partition("#")
    return {
        "ecosystem": ecosystem,
        "name": name,
        "tier": item.get("tier") or 3,
        "force_refresh": True,
        "retry_sources": item.get("missing_sources") or [],
        "reason": REASON,
    }
