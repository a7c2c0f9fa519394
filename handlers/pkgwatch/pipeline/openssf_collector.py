"""Two-hourly function: reads scorecards for packages that have none or an old one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from heapq import nsmallest
from typing import Any

from handlers.common.dynamodb import Key, Table
from handlers.common.logs import begin
from handlers.pkgwatch.collect.runs.run import COLLECTED, ERROR, RATE_LIMITED, UNAVAILABLE, Finding, report, run
from handlers.pkgwatch.collect.sources import scorecard
from handlers.pkgwatch.collect.sources.repository_urls import github_repository
from handlers.pkgwatch.collect.upstream.client import UpstreamClient
from handlers.pkgwatch.collect.upstream.failures import NotFound, UpstreamError
from handlers.pkgwatch.collect.upstream.throttle import TOO_MANY_REQUESTS, Throttle
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings

_LIMIT = 200  # packages a run
_INTERVAL = 0.5  # seconds between two calls
_RESERVE = 45.0  # seconds at the end without requests, for storing

_ATTRIBUTES = ("pk", "repository_url", "tier", "openssf_score", "openssf_date", "openssf_checked_at", "openssf_source")
_NO_TIER = 9  # after all the others
_SOURCE = "openssf_source = :source, openssf_checked_at = :now"

Repository = tuple[str, str]
Fetch = Callable[[str, str], Mapping[str, Any]]


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with the counts of `run`."""
    begin("pkgwatch", context)
    client, base = UpstreamClient.of(context, _RESERVE), settings().openssf_base_url
    packages, now = tables.packages(), datetime.now(UTC)

    def fetch(owner: str, name: str) -> Mapping[str, Any]:
        return scorecard.collect(client, base, owner, name)

    throttle = Throttle(client.deadline, _INTERVAL, max_rate_limited=1)
    return report(run(packages, look_up(candidates(packages, _LIMIT, now), fetch, throttle)))


def candidates(packages: Table, limit: int, now: datetime) -> list[tuple[Key, Repository]]:
    """The packages on GitHub to read scorecards for: those without a score by tier, then those read the longest ago;
    none read within a week. Reads the whole table, page by page, and keeps ``limit`` packages of it."""
    found = packages.scan("sk = :latest AND attribute_exists(repository_url)", {"latest": "LATEST"}, _ATTRIBUTES)
    return [(key, repository) for _, key, repository in nsmallest(limit, _ranked(found, now))]


def _ranked(items: Iterator[dict[str, Any]], now: datetime) -> Iterator[tuple[tuple[Any, ...], Key, Repository]]:
    for item in items:
        repository = github_repository(str(item.get("repository_url") or ""))
        if repository is None or scorecard.is_fresh(item, now):
            continue
        tier = item.get("tier") if isinstance(item.get("tier"), int) else _NO_TIER
        checked = str(item.get("openssf_checked_at") or item.get("openssf_date") or "")
        has_score = item.get("openssf_score") is not None
        rank = (1, checked, tier) if has_score else (0, tier, checked)
        yield rank, (item["pk"], "LATEST"), repository


def look_up(due: Iterable[tuple[Key, Repository]], fetch: Fetch, throttle: Throttle) -> Iterator[Finding]:
    """The finding for each package. A repository is read once, however many packages come from it. May raise
    `Stopped`."""
    known: dict[Repository, Mapping[str, Any] | None] = {}
    for key, repository in due:
        try:
            if repository not in known:
                known[repository] = _scorecard(fetch, repository, throttle)
        except UpstreamError as error:
            yield Finding(key, RATE_LIMITED if error.code == TOO_MANY_REQUESTS else ERROR)
        else:
            yield _finding(key, known[repository])


def _scorecard(fetch: Fetch, repository: Repository, throttle: Throttle) -> Mapping[str, Any] | None:
    try:
        return throttle.call(lambda: fetch(*repository))
    except NotFound:
        return None


def _finding(key: Key, card: Mapping[str, Any] | None) -> Finding:
    if card is None:
        return Finding(key, UNAVAILABLE, f"SET {_SOURCE}", {"source": "not_found"})
    date = card["openssf_date"]
    scores = f"openssf_score = :score, openssf_checks = :checks, openssf_date = {':date' if date else ':now'}"
    values = {"score": card["openssf_score"], "checks": card["openssf_checks"], **({"date": date} if date else {})}
    return Finding(key, COLLECTED, f"SET {scores}, {_SOURCE}", {"source": "direct_batch", **values})
