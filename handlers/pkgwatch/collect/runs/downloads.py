"""The scheduled run that updates the download counts of an ecosystem, packages never counted before first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import nsmallest
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.logs import begin
from handlers.pkgwatch.collect.download_count import Counts
from handlers.pkgwatch.collect.runs.run import (
    COLLECTED,
    ERROR,
    RATE_LIMITED,
    STATUSES,
    UNAVAILABLE,
    Finding,
    report,
    run,
)
from handlers.pkgwatch.collect.upstream.client import UpstreamClient
from handlers.pkgwatch.collect.upstream.failures import NotFound, UpstreamError
from handlers.pkgwatch.collect.upstream.throttle import TOO_MANY_REQUESTS, Throttle
from handlers.pkgwatch.packages.data_quality import NOT_FOUND
from handlers.pkgwatch.packages.package_names import package_key
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import metrics

_RESERVE = 45.0  # seconds at the end without requests, for storing
_SOURCE = "downloads_status = :status, downloads_source = :source"
_FETCHED = f"{_SOURCE}, downloads_fetched_at = :now"
_CHANGES = {
    COLLECTED: f"SET weekly_downloads = :count, {_FETCHED}",
    # A count from another source is better than the 0 of a package without one.
    UNAVAILABLE: f"SET weekly_downloads = if_not_exists(weekly_downloads, :count), {_FETCHED}",
    ERROR: f"SET {_FETCHED}",
    RATE_LIMITED: f"SET {_SOURCE}",
}


@dataclass(frozen=True, slots=True)
class Downloads:
    """The counts of an ecosystem: ``fetch`` returns those of one call, ``source`` is stored in ``downloads_source``."""

    ecosystem: str
    source: str
    fetch: Callable[[Sequence[str]], Counts]

    def look_up(self, calls: Iterable[Sequence[str]], throttle: Throttle) -> Iterator[Finding]:
        """The findings of the calls, each of which is for some names. May raise `Stopped`."""
        for names in calls:
            yield from self._call(names, throttle)

    def _call(self, names: Sequence[str], throttle: Throttle) -> Iterator[Finding]:
        try:
            counts = throttle.call(lambda: self.fetch(names))
        except UpstreamError as error:
            yield from self._failed(names, error, throttle)
            return
        for name in names:
            count = counts.get(name)
            if count is None:
                yield self._finding(name, UNAVAILABLE, "_not_found")
            else:
                yield self._finding(name, COLLECTED, count=count)

    def _failed(self, names: Sequence[str], error: UpstreamError, throttle: Throttle) -> Iterator[Finding]:
        rate_limited = error.code == TOO_MANY_REQUESTS
        refused = isinstance(error, NotFound) or (error.code.startswith("http_4") and not rate_limited)
        if refused and len(names) > 1:  # because of one of the names, perhaps: each half is asked for on its own
            middle = len(names) // 2
            yield from self.look_up((names[:middle], names[middle:]), throttle)
        elif isinstance(error, NotFound):
            yield self._finding(names[0], UNAVAILABLE, "_404")
        elif rate_limited:
            yield from (self._finding(name, RATE_LIMITED, "_429") for name in names)
        else:
            yield from (self._finding(name, ERROR, f"_{error.code}") for name in names)

    def _finding(self, name: str, status: str, suffix: str = "", count: int = 0) -> Finding:
        change = _CHANGES[status]
        values = {"status": status, "source": self.source + suffix, "count": count}
        used = {key: value for key, value in values.items() if f":{key}" in change}
        return Finding(package_key(self.ecosystem, name), status, change, used)


def candidates(packages: Table, ecosystem: str, limit: int) -> list[str]:
    """The names of the packages counted the longest ago. Reads the whole table, page by page, and keeps ``limit``
    names of it."""
    found = packages.scan(
        "sk = :latest AND begins_with(pk, :prefix) AND (attribute_not_exists(data_status) OR data_status <> :unknown)",
        {"latest": "LATEST", "prefix": f"{ecosystem}#", "unknown": NOT_FOUND},
        ("pk", "downloads_fetched_at"),
    )
    dated = ((str(item.get("downloads_fetched_at") or ""), item["pk"].partition("#")[2]) for item in found)
    return [name for _, name in nsmallest(limit, dated)]


@dataclass(frozen=True, slots=True)
class DownloadRun:
    """The parameters of an ecosystem's run: the packages it takes at most, the seconds between two calls, how often a
    call that got a 429 is repeated, and the prefix of its metrics."""

    ecosystem: str
    source: str
    metrics: str
    limit: int
    interval: float
    retries: int = 0


def run_downloads(
    context: Any,
    parameters: DownloadRun,
    split: Callable[[Sequence[str]], Iterable[Sequence[str]]],
    fetch: Callable[[UpstreamClient, Sequence[str]], Counts],
) -> dict[str, Any]:
    """A whole run, counted as metrics. ``split`` groups the names into calls. Returns and raises as `run.report`."""
    begin("pkgwatch", context)
    client, packages = UpstreamClient.of(context, _RESERVE), tables.packages()
    downloads = Downloads(parameters.ecosystem, parameters.source, partial(fetch, client))
    throttle = Throttle(client.deadline, parameters.interval, retries=parameters.retries)
    with metrics() as counters:
        names = candidates(packages, parameters.ecosystem, parameters.limit)
        result = run(packages, downloads.look_up(split(names), throttle))
        for status in STATUSES:
            counters.count(parameters.metrics + status.title().replace("_", ""), result[status])
        return report(result)
