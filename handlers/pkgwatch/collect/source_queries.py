"""Queries of all sources for one package.

deps.dev comes first, because it names the repository; then the registry, GitHub and the scorecard. A source that fails
costs only its own part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.common.logs import logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.collect import download_count
from handlers.pkgwatch.collect.download_count import Counts
from handlers.pkgwatch.collect.fallback import Part, cached, can_replace, fallback, has_answered
from handlers.pkgwatch.collect.merge import Collected
from handlers.pkgwatch.collect.sources import bundlephobia, depsdev, npm, npm_downloads, pypi, pypistats, scorecard
from handlers.pkgwatch.collect.sources.github import INVALID_URL, GitHub
from handlers.pkgwatch.collect.sources.repository_urls import github_repository, host
from handlers.pkgwatch.collect.upstream.client import UpstreamClient
from handlers.pkgwatch.collect.upstream.failures import NotFound, UpstreamError
from handlers.pkgwatch.collect.upstream.guard import Guard
from handlers.pkgwatch.runtime.settings import Settings

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Upstreams:
    """The upstreams with their guards; ``settings`` has their addresses."""

    client: UpstreamClient
    guards: Mapping[str, Guard]
    github: GitHub
    settings: Settings


@dataclass(frozen=True, slots=True)
class Query:
    """A package; ``sources`` are those to query again (all if None), ``existing`` its item, {} if there is none.
    ``bulk`` are download counts fetched for many packages at once."""

    ecosystem: str
    name: str
    existing: Item
    sources: frozenset[str] | None
    bulk: Counts

    def includes(self, source: str) -> bool:
        """Whether to query a source. One the item has nothing from is queried in any case."""
        return self.sources is None or source in self.sources or not has_answered(source, self.existing)


def query_sources(upstreams: Upstreams, query: Query, now: datetime) -> Collected:
    """Queries the sources. Raises `OutOfTime`; the failure of a source is in its part."""
    queries = _Queries(upstreams, query, now)
    first = queries.part("deps.dev", queries.depsdev)
    registry = queries.part(query.ecosystem, queries.registry) if query.includes(query.ecosystem) else None
    parts = [first, registry or cached(query.ecosystem, query.existing)]
    downloads = queries.downloads() if registry else download_count.previous(query.existing)
    if query.ecosystem == "npm" and not upstreams.settings.skip_bundlephobia:
        parts.append(queries.bundle())
    repository = str(first.data.get("repository_url") or parts[1].data.get("repository_url") or "")
    if host(repository) == "github.com":
        parts.append(queries.activity(repository))
    if "openssf_score" not in first.data:
        parts.append(queries.scorecard(repository))
    return Collected(query.ecosystem, query.name, parts, downloads)


@dataclass(frozen=True, slots=True)
class _Queries:
    upstreams: Upstreams
    query: Query
    now: datetime

    def part(self, source: str, request: Callable[[], Mapping[str, Any]]) -> Part:
        """The part of a source, fetched behind its guard, or the fallback for it."""
        try:
            return Part(source, self.upstreams.guards[source].call(request), source)
        except UpstreamError as error:
            return self.failed(source, error)

    def failed(self, source: str, error: UpstreamError) -> Part:
        package = f"{self.query.ecosystem}#{self.query.name}"
        logger.warning("A source failed", extra={"source": source, "package": package, "reason": error.code})
        return fallback(source, self.query.existing, error.code, self.now)

    def depsdev(self) -> dict[str, Any]:
        known = self.query.existing.get("advisories")
        found = depsdev.collect(
            self.upstreams.client,
            self.upstreams.settings.depsdev_base_url,
            self.query.ecosystem,
            self.query.name,
            known if isinstance(known, list) else (),
        )
        return found | ({"openssf_checked_at": iso(self.now)} if "openssf_score" in found else {})

    def registry(self) -> dict[str, Any]:
        client, settings = self.upstreams.client, self.upstreams.settings
        if self.query.ecosystem == "npm":
            return npm.collect(client, settings.npm_registry_base_url, self.query.name)
        return pypi.collect(client, settings.pypi_base_url, self.query.name)

    def downloads(self) -> dict[str, Any]:
        return self._npm_downloads() if self.query.ecosystem == "npm" else self._pypi_downloads()

    def _npm_downloads(self) -> dict[str, Any]:
        client, settings, name = self.upstreams.client, self.upstreams.settings, self.query.name
        if name in self.query.bulk:
            count = self.query.bulk[name]
            if count is None:
                return download_count.unavailable("npm_not_found", self.now)
            return download_count.collected(count, "bulk", self.now)
        try:
            count = self.upstreams.guards["npm_downloads"].call(
                lambda: npm_downloads.weekly_downloads(client, settings.npm_api_base_url, name)
            )
            return download_count.collected(count, "npm_api", self.now)
        except NotFound:
            return download_count.unavailable("npm_404", self.now)
        except UpstreamError as error:
            return download_count.previous(self.query.existing) if self._replaceable(error) else {}

    def _pypi_downloads(self) -> dict[str, Any]:
        client, settings, name = self.upstreams.client, self.upstreams.settings, self.query.name
        found, replaceable = None, True
        try:
            count = self.upstreams.guards["pypistats"].call(
                lambda: pypistats.weekly_downloads(client, settings.pypistats_base_url, name)
            )
            found = download_count.collected(count, "pypistats", self.now)
        except NotFound:
            found = download_count.unavailable("pypistats_404", self.now)
        except UpstreamError as error:
            replaceable = self._replaceable(error)
        return download_count.best_of_pypi(found, self.query.existing, replaceable, self.now)

    def _replaceable(self, error: UpstreamError) -> bool:
        logger.warning("Downloads are unknown", extra={"package": self.query.name, "reason": error.code})
        return can_replace(self.query.existing, error.code, self.now)

    def bundle(self) -> Part:
        if self.query.sources is not None:
            return cached("bundlephobia", self.query.existing)
        client, base = self.upstreams.client, self.upstreams.settings.bundlephobia_base_url
        return self.part("bundlephobia", lambda: bundlephobia.collect(client, base, self.query.name))

    def activity(self, repository: str) -> Part:
        if not self.query.includes("github"):
            return cached("github", self.query.existing)
        found = github_repository(repository)
        if found is None:
            return self.failed("github", UpstreamError(INVALID_URL, blame=None))
        return self.part("github", lambda: self.upstreams.github.collect(*found, self.now))

    def scorecard(self, repository: str) -> Part:
        """OpenSSF's own scorecard, where deps.dev has none. One read within a week is used again, and so is the fact
        that there was none."""
        existing, found = self.query.existing, github_repository(repository)
        fresh = scorecard.is_fresh(existing, self.now)
        if fresh or self.query.sources is not None or found is None:
            return _reused(cached("openssf", existing), "cached_fresh" if fresh else "cached")
        client, base = self.upstreams.client, self.upstreams.settings.openssf_base_url
        mark = {"openssf_source": "direct", "openssf_checked_at": iso(self.now)}
        try:
            call = self.upstreams.guards["openssf"].call
            return Part("openssf", call(lambda: scorecard.collect(client, base, *found)) | mark, "openssf")
        except NotFound:
            return Part("openssf", mark | {"openssf_source": "not_found"})
        except UpstreamError as error:
            return _reused(self.failed("openssf", error), "cached")


def _reused(part: Part, source: str) -> Part:
    """The part with its source marked, if it is a scorecard of the existing item."""
    if part.data.get("openssf_score") is None:
        return part
    return Part(part.source, {**part.data, "openssf_source": source}, part.tag, part.error)
