"""Daily function: counts how complete the packages' data is, as metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.logs import begin, logger
from handlers.common.parallel import run_in_background
from handlers.pkgwatch.packages import data_quality
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import Metrics, metrics

SEGMENTS = 4  # parts of the table read at once

# DynamoDB sends only these; it charges for whole items in any case.
_ATTRIBUTES = ("pk", "data_status", "weekly_downloads", "downloads_status")
_METRICS = {
    "complete": "CompletePackages",
    "partial": "PartialPackages",
    "minimal": "MinimalPackages",
    "pending": "PendingPackages",
    "abandoned_minimal": "AbandonedPackages",
    "abandoned_partial": "AbandonedPartialPackages",
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with ``{"statusCode", "counts", "coverage"}``."""
    begin("pkgwatch", context)
    with metrics() as counters:
        census = take_census(tables.packages())
        _report(census, counters)
    result = {"counts": census.statuses, "coverage": census.coverage}
    logger.info("Packages counted", extra=result)
    return {"statusCode": 200, **result}


@dataclass(slots=True)
class Census:
    """The counts of packages by data_status, by ecosystem, with downloads by ecosystem, and of PyPI packages whose
    downloads were never fetched."""

    statuses: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_METRICS, 0))
    packages: dict[str, int] = field(default_factory=lambda: {"npm": 0, "pypi": 0})
    downloaded: dict[str, int] = field(default_factory=lambda: {"npm": 0, "pypi": 0})
    never_fetched: int = 0

    def add(self, item: Mapping[str, Any]) -> None:
        """Counts one item, unless it is that of a name nobody knows."""
        if not data_quality.exists(item):
            return
        status = item.get("data_status") or "minimal"
        if status in self.statuses:
            self.statuses[status] += 1
        ecosystem = str(item["pk"]).partition("#")[0]
        if ecosystem not in self.packages:
            return
        self.packages[ecosystem] += 1
        self.downloaded[ecosystem] += (item.get("weekly_downloads") or 0) > 0
        if ecosystem == "pypi":
            self.never_fetched += item.get("downloads_status", "never_fetched") == "never_fetched"

    def __iadd__(self, other: Census) -> Census:
        for own, others in zip(self._counts(), other._counts(), strict=True):
            for name, count in others.items():
                own[name] += count
        self.never_fetched += other.never_fetched
        return self

    def _counts(self) -> tuple[dict[str, int], ...]:
        return self.statuses, self.packages, self.downloaded

    @property
    def coverage(self) -> dict[str, float]:
        """The percentage of each ecosystem's packages with downloads, 0 for an ecosystem without packages."""
        return {
            ecosystem: round(100 * self.downloaded[ecosystem] / count, 2) if count else 0.0
            for ecosystem, count in self.packages.items()
        }


def take_census(packages: Table) -> Census:
    """Counts every package with one scan, its segments at once, in constant memory."""
    whole = Census()
    segments = [run_in_background(_segment, packages, number) for number in range(SEGMENTS)]
    for segment in segments:
        whole += segment.result()
    return whole


def _segment(packages: Table, number: int) -> Census:
    census = Census()
    for item in packages.scan("sk = :latest", {"latest": "LATEST"}, _ATTRIBUTES, (number, SEGMENTS)):
        census.add(item)
    return census


def _report(census: Census, counters: Metrics) -> None:
    for status, metric in _METRICS.items():
        counters.count(metric, census.statuses[status])
    counters.value("PypiDownloadCoverage", census.coverage["pypi"], "Percent")
    counters.value("NpmDownloadCoverage", census.coverage["npm"], "Percent")
    counters.count("PypiDownloadsNeverFetched", census.never_fetched)
