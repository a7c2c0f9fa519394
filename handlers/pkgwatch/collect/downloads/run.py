"""How does an hourly run bring the download counts of an ecosystem up to date?

Never fetched ones first, then the oldest. What is learnt is written ten packages at a time: a run that dies loses
nine at most.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import logger
from handlers.common.parallel import run_in_background
from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.downloads.weekly import COLLECTED, ERROR, RATE_LIMITED, UNAVAILABLE, Counts
from handlers.pkgwatch.collect.upstream.failures import Absent, Failed
from handlers.pkgwatch.collect.upstream.throttle import TOO_MANY, Pace, Stopped
from handlers.pkgwatch.packages.package_names import package_key

WRITTEN = 10
_MARK = "downloads_status = :status, downloads_source = :source"
_FETCHED = f"{_MARK}, downloads_fetched_at = :now"
_CHANGES = {
    COLLECTED: f"SET weekly_downloads = :count, {_FETCHED}",
    # A count from elsewhere is better than the 0 nobody has counted.
    UNAVAILABLE: f"SET weekly_downloads = if_not_exists(weekly_downloads, :count), {_FETCHED}",
    ERROR: f"SET {_FETCHED}",
    RATE_LIMITED: f"SET {_MARK}",
}


@dataclass(frozen=True, slots=True)
class Counting:
    """``fetch`` counts the packages of one call; ``source`` is whom it asks, as in ``downloads_source``."""

    ecosystem: str
    source: str
    fetch: Callable[[Sequence[str]], Counts]


@dataclass(frozen=True, slots=True)
class _Learnt:
    name: str
    status: str
    source: str
    count: int = 0


def candidates(packages: Table, ecosystem: str, most: int) -> list[str]:
    """The names whose turn it is. Reads the whole table, page by page, and remembers ``most`` of it."""
    found = packages.scan(
        "sk = :latest AND begins_with(pk, :prefix)",
        {"latest": "LATEST", "prefix": f"{ecosystem}#"},
        ("pk", "downloads_fetched_at"),
    )
    dated = ((str(item.get("downloads_fetched_at") or ""), item["pk"].partition("#")[2]) for item in found)
    return [name for _, name in nsmallest(most, dated)]


def run(
    packages: Table, counting: Counting, calls: Sequence[Sequence[str]], pace: Pace, clock: Callable[[], datetime]
) -> dict[str, Any]:
    """Makes the calls, each of them for some names. Returns how many packages were ``collected``, ``unavailable``,
    ``rate_limited`` and ``error``, and why it ``stopped``, if before the end."""
    waiting, learnt, done = deque(calls), list[_Learnt](), Counter[str]()
    stopped = ""
    while waiting:
        names = waiting.popleft()
        try:
            outcome = _outcome(counting, names, pace)
        except Stopped as reason:
            stopped = str(reason)
            break
        if outcome is None:
            waiting.extendleft((names[len(names) // 2 :], names[: len(names) // 2]))
            continue
        learnt += outcome
        done.update(one.status for one in outcome)
        while len(learnt) >= WRITTEN:
            _write(packages, counting.ecosystem, learnt[:WRITTEN], clock())
            learnt = learnt[WRITTEN:]
    _write(packages, counting.ecosystem, learnt, clock())
    counts = {status: done[status] for status in _CHANGES}
    return {**counts, "processed": done.total(), "stopped": stopped}


def _outcome(counting: Counting, names: Sequence[str], pace: Pace) -> list[_Learnt] | None:
    """What became of one call; None if it is to be made in two halves, because one name may spoil it for all."""
    try:
        counts = pace.ask(lambda: counting.fetch(names))
    except Absent:
        if len(names) > 1:
            return None
        return [_Learnt(names[0], UNAVAILABLE, f"{counting.source}_404")]
    except Failed as failed:
        limited = failed.code == TOO_MANY
        if len(names) > 1 and not limited and failed.code.startswith("http_4"):
            return None
        source = f"{counting.source}_{'429' if limited else failed.code}"
        return [_Learnt(name, RATE_LIMITED if limited else ERROR, source) for name in names]
    return [_counted(counting, name, counts.get(name)) for name in names]


def _counted(counting: Counting, name: str, count: int | None) -> _Learnt:
    if count is None:
        return _Learnt(name, UNAVAILABLE, f"{counting.source}_not_found")
    return _Learnt(name, COLLECTED, counting.source, count)


def _write(packages: Table, ecosystem: str, learnt: Sequence[_Learnt], now: datetime) -> None:
    writing = [run_in_background(_store, packages, ecosystem, one, now) for one in learnt]
    for future in writing:
        future.result()


def _store(packages: Table, ecosystem: str, learnt: _Learnt, now: datetime) -> None:
    change = _CHANGES[learnt.status]
    values: Mapping[str, Any] = {
        "status": learnt.status,
        "source": learnt.source,
        "count": learnt.count,
        "now": iso(now),
    }
    used = {name: value for name, value in values.items() if f":{name}" in change}
    try:
        packages.update(package_key(ecosystem, learnt.name), change, used, "attribute_exists(pk)")
    except ConditionFailed:
        logger.info("A package is gone meanwhile", extra={"package": learnt.name})
    except ServiceError:
        logger.exception("Downloads were not stored", extra={"package": learnt.name})
