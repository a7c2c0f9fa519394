"""Which packages are used most, by those who count?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec

from handlers.pkgwatch.collect.upstream.client import Count, Web
from handlers.pkgwatch.packages.package_names import is_valid, normalise

PAGE = 250  # results npms.io gives at once
LAST = 10_000  # and the offset from which it gives none

_QUERY = "boost-exact:false"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A package by its normalised name: its ``score`` at npms.io (0 to 1), its downloads of a ``month``."""

    name: str
    score: float = 0.0
    month: int = 0


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


def npm(web: Web, base: str, most: int) -> Iterator[Ranked]:
    """npm's packages as npms.io ranks them, at most ``most``, each once, page by page. Raises
    `handlers.pkgwatch.collect.upstream.failures.Failed` and `OutOfTime`."""
    seen: set[str] = set()
    for start in range(0, min(most, LAST), PAGE):
        query = urlencode({"q": _QUERY, "size": min(PAGE, most - start), "from": start}, safe=":")
        results = web.get(f"{base}/v2/search?{query}", _Results).results
        for result in results:
            name = normalise("npm", result.package.name)
            if is_valid("npm", name) and name not in seen:
                seen.add(name)
                yield Ranked(name, score=result.score.final)
        if not results:
            return


def pypi(web: Web, url: str, most: int) -> Iterator[Ranked]:
    """PyPI's packages by the downloads of a month, the first ``most`` rows, each once. Raises as `npm`."""
    seen: set[str] = set()
    for row in web.get(url, _Rows).rows[:most]:
        name = normalise("pypi", row.project)
        if is_valid("pypi", name) and name not in seen:
            seen.add(name)
            yield Ranked(name, month=row.download_count)
