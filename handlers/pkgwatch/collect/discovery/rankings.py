"""The rankings of the most used packages: npms.io for npm, top-pypi-packages for PyPI."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec

from handlers.pkgwatch.collect.upstream.client import Count, UpstreamClient
from handlers.pkgwatch.packages.package_names import is_valid, normalize

PAGE_SIZE = 250  # results of one npms.io request
MAX_OFFSET = 10_000  # from which on npms.io returns none

_QUERY = "boost-exact:false"


@dataclass(frozen=True, slots=True)
class RankedPackage:
    """A package by its normalized name: its ``score`` at npms.io (0 to 1), or its downloads of a month."""

    name: str
    score: float = 0.0
    monthly_downloads: int = 0


class _Package(msgspec.Struct):
    name: str = ""


class _Score(msgspec.Struct):
    final: float = 0.0


class _Result(msgspec.Struct):
    package: _Package = msgspec.field(default_factory=_Package)
    score: _Score = msgspec.field(default_factory=_Score)


class _Results(msgspec.Struct):
    results: list[_Result]


class _Row(msgspec.Struct):
    project: str = ""
    download_count: Count = 0


class _Rows(msgspec.Struct):
    rows: list[_Row]


def npm_ranking(client: UpstreamClient, base: str, limit: int) -> Iterator[RankedPackage]:
    """npm's packages in the order of npms.io, among its first ``limit`` results, each once, page by page. Raises
    `UpstreamError` and `OutOfTime`."""
    seen: set[str] = set()
    for start in range(0, min(limit, MAX_OFFSET), PAGE_SIZE):
        query = urlencode({"q": _QUERY, "size": min(PAGE_SIZE, limit - start), "from": start}, safe=":")
        results = client.get(f"{base}/v2/search?{query}", _Results).results
        for result in results:
            name = normalize("npm", result.package.name)
            if is_valid("npm", name) and name not in seen:
                seen.add(name)
                yield RankedPackage(name, score=result.score.final)
        if not results:
            return


def pypi_ranking(client: UpstreamClient, url: str, limit: int) -> Iterator[RankedPackage]:
    """PyPI's packages by their downloads of a month, among the first ``limit`` rows, each once. Raises as
    `npm_ranking`."""
    seen: set[str] = set()
    for row in client.get(url, _Rows).rows[:limit]:
        name = normalize("pypi", row.project)
        if is_valid("pypi", name) and name not in seen:
            seen.add(name)
            yield RankedPackage(name, monthly_downloads=row.download_count)
