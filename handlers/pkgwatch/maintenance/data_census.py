"""How complete is what we know of the packages?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.parallel import run_in_background
from handlers.pkgwatch.runtime.metrics import Metrics

SEGMENTS = 4  # parts of the table read at once

# Only what is counted leaves the table; what DynamoDB charges is the whole items, whatever is asked for.
_READ = ("pk", "data_status", "weekly_downloads", "downloads_status")
_METRICS = {
    "complete": "CompletePackages",
    "partial": "PartialPackages",
    "minimal": "MinimalPackages",
    "pending": "PendingPackages",
    "abandoned_minimal": "AbandonedPackages",
    "abandoned_partial": "AbandonedPartialPackages",
}


@dataclass(slots=True)
class Census:
    """Counts of packages: by data_status, by ecosystem, with downloads by ecosystem, and PyPI's never asked for."""

    statuses: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_METRICS, 0))
    packages: dict[str, int] = field(default_factory=lambda: {"npm": 0, "pypi": 0})
    downloaded: dict[str, int] = field(default_factory=lambda: {"npm": 0, "pypi": 0})
    never_fetched: int = 0

    def add(self, item: Mapping[str, Any]) -> None:
        """Counts one item."""
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
        for mine, theirs in zip(self._counts(), other._counts(), strict=True):
            for name, count in theirs.items():
                mine[name] += count
        self.never_fetched += other.never_fetched
        return self

    def _counts(self) -> tuple[dict[str, int], ...]:
        return self.statuses, self.packages, self.downloaded

    @property
    def coverage(self) -> dict[str, float]:
        """Percent of each ecosystem's packages with downloads, 0 where there are none."""
        return {
            ecosystem: round(100 * self.downloaded[ecosystem] / count, 2) if count else 0.0
            for ecosystem, count in self.packages.items()
        }


def take(packages: Table) -> Census:
    """Counts every package: one scan, in parts at once, in constant memory."""
    whole = Census()
    parts = [run_in_background(_part, packages, number) for number in range(SEGMENTS)]
    for part in parts:
        whole += part.result()
    return whole


def tell(census: Census, metrics: Metrics) -> None:
    """Puts the counts into metrics."""
    for status, metric in _METRICS.items():
        metrics.count(metric, census.statuses[status])
    metrics.value("PypiDownloadCoverage", census.coverage["pypi"], "Percent")
    metrics.value("NpmDownloadCoverage", census.coverage["npm"], "Percent")
    metrics.count("PypiDownloadsNeverFetched", census.never_fetched)


def _part(packages: Table, number: int) -> Census:
    found = Census()
    for item in packages.scan("sk = :latest", {"latest": "LATEST"}, _READ, (number, SEGMENTS)):
        found.add(item)
    return found
