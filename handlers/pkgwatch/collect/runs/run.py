"""The skeleton of a scheduled run over one upstream: stores what is found, counts it and reports it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import logger
from handlers.common.parallel import run_in_background
from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.upstream.throttle import Stopped

COLLECTED, UNAVAILABLE, RATE_LIMITED, ERROR = "collected", "unavailable", "rate_limited", "error"
STATUSES = (COLLECTED, UNAVAILABLE, RATE_LIMITED, ERROR)
BATCH = 10  # findings stored at once: a run that dies loses nine at most


class RunFailed(Exception):  # noqa: N818 - says what happened
    """All of a run's packages failed. It ends the function in an error, which its alarm is for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a lookup: the package's key, one of `STATUSES`, and the update that stores it ("" for none), whose
    ``:now`` is the time it is stored."""

    key: Key
    status: str
    change: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def utc_now() -> datetime:
    """The current time."""
    return datetime.now(UTC)


def run(packages: Table, findings: Iterable[Finding], clock: Callable[[], datetime] = utc_now) -> dict[str, Any]:
    """Stores the findings as they come, until they end or raise `Stopped`. Returns how many packages were
    ``collected``, ``unavailable``, ``rate_limited`` and ``error``, their sum ``processed``, and why the run
    ``stopped`` early ("" if it did not)."""
    counts, pending, stopped = dict.fromkeys(STATUSES, 0), list[Finding](), ""
    try:
        for finding in findings:
            pending.append(finding)
            if len(pending) == BATCH:
                batch, pending = pending, []
                _store_all(packages, batch, counts, clock())
    except Stopped as reason:
        stopped = str(reason)
    _store_all(packages, pending, counts, clock())
    return {**counts, "processed": sum(counts.values()), "stopped": stopped}


def report(result: Mapping[str, Any]) -> dict[str, Any]:
    """Logs the result of a run, and returns it. Raises `RunFailed` if there are errors and nothing else."""
    logger.info("The run has ended", extra=dict(result))
    if result[ERROR] and result[ERROR] == result["processed"]:
        raise RunFailed(f"All of {result[ERROR]} packages failed.")
    return dict(result)


def _store_all(packages: Table, findings: Sequence[Finding], counts: dict[str, int], now: datetime) -> None:
    storing = [run_in_background(_store, packages, finding, now) for finding in findings]
    for stored in storing:
        counts[stored.result()] += 1


def _store(packages: Table, finding: Finding, now: datetime) -> str:
    """The status the package counts as: an error if the table does not answer."""
    try:
        if finding.change:
            values = {**finding.values, **({"now": iso(now)} if ":now" in finding.change else {})}
            packages.update(finding.key, finding.change, values, "attribute_exists(pk)")
    except ConditionFailed:
        logger.info("A package was deleted meanwhile", extra={"package": finding.key[0]})
    except ServiceError:
        logger.exception("A finding was not stored", extra={"package": finding.key[0]})
        return ERROR
    return finding.status
