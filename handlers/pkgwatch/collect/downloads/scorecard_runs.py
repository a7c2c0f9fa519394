"""How does a run bring scorecards where there are none, or old ones?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from heapq import nsmallest
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.sources import scorecard
from handlers.pkgwatch.collect.sources.repository_urls import github_repository
from handlers.pkgwatch.collect.upstream.failures import Absent, Failed
from handlers.pkgwatch.collect.upstream.throttle import TOO_MANY, Pace, Stopped

_READ = ("pk", "repository_url", "tier", "openssf_score", "openssf_date", "openssf_checked_at", "openssf_source")
_LAST_TIER = 9
_CHANGES = {
    "direct_batch": "SET openssf_score = :score, openssf_checks = :checks, openssf_date = :date, ",
    "not_found": "SET ",
}
_MARK = "openssf_source = :source, openssf_checked_at = :now"

Repository = tuple[str, str]


def candidates(packages: Table, most: int, now: datetime) -> list[tuple[Key, Repository]]:
    """Packages on GitHub whose turn it is: those without a score by their tier, then the longest unasked; none that
    were asked within a week. Reads the whole table, page by page, and remembers ``most`` of it."""
    found = packages.scan("sk = :latest AND attribute_exists(repository_url)", {"latest": "LATEST"}, _READ)
    return [(key, repository) for _, key, repository in nsmallest(most, _ranked(found, now))]


def _ranked(items: Iterator[dict[str, Any]], now: datetime) -> Iterator[tuple[tuple[Any, ...], Key, Repository]]:
    for item in items:
        repository = github_repository(str(item.get("repository_url") or ""))
        if repository is None or scorecard.fresh(item, now):
            continue
        tier = item.get("tier") if isinstance(item.get("tier"), int) else _LAST_TIER
        asked = str(item.get("openssf_checked_at") or item.get("openssf_date") or "")
        has_score = item.get("openssf_score") is not None
        rank = (1, asked, tier) if has_score else (0, tier, asked)
        yield rank, (item["pk"], "LATEST"), repository


def run(
    packages: Table,
    fetch: Callable[[str, str], Mapping[str, Any]],
    wanted: list[tuple[Key, Repository]],
    pace: Pace,
    clock: Callable[[], datetime],
) -> dict[str, Any]:
    """Asks for each repository once, however many packages come from it. Returns how many packages were ``collected``,
    ``unavailable``, ``rate_limited`` and ``error``, and why it ``stopped``, if before the end."""
    counts = {"collected": 0, "unavailable": 0, "rate_limited": 0, "error": 0}
    known: dict[Repository, Mapping[str, Any] | None] = {}
    stopped = ""
    for key, repository in wanted:
        try:
            if repository not in known:
                known[repository] = _card(fetch, repository, pace)
            card = known[repository]
            _store(packages, key, card, clock())
            counts["unavailable" if card is None else "collected"] += 1
        except Stopped as reason:
            stopped = str(reason)
            break
        except Failed as failed:
            counts["rate_limited" if failed.code == TOO_MANY else "error"] += 1
        except ServiceError:
            logger.exception("A scorecard was not stored", extra={"package": key[0]})
            counts["error"] += 1
    return {**counts, "processed": sum(counts.values()), "stopped": stopped}


def _card(
    fetch: Callable[[str, str], Mapping[str, Any]], repository: Repository, pace: Pace
) -> Mapping[str, Any] | None:
    try:
        return pace.ask(lambda: fetch(*repository))
    except Absent:
        return None


def _store(packages: Table, key: Key, card: Mapping[str, Any] | None, now: datetime) -> None:
    source = "not_found" if card is None else "direct_batch"
    values: dict[str, Any] = {"source": source, "now": iso(now)}
    if card is not None:
        values |= {"score": card["openssf_score"], "checks": card["openssf_checks"]}
        values["date"] = card["openssf_date"] or iso(now)
    try:
        packages.update(key, _CHANGES[source] + _MARK, values, "attribute_exists(pk)")
    except ConditionFailed:
        logger.info("A package is gone meanwhile", extra={"package": key[0]})
