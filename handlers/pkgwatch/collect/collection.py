"""What do all upstreams together say about a package?

deps.dev first, because it names the repository; then the registry, GitHub, the scorecard. One that fails costs its
own part alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.common.logs import logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.downloads import weekly as weekly_downloads
from handlers.pkgwatch.collect.fallback import Part, cached, fallback, has_answered, usable
from handlers.pkgwatch.collect.merge import Collected
from handlers.pkgwatch.collect.sources import bundlephobia, depsdev, npm, pypi, scorecard
from handlers.pkgwatch.collect.sources.github import INVALID_URL, GitHub
from handlers.pkgwatch.collect.sources.repository_urls import github_repository, host
from handlers.pkgwatch.collect.upstream.client import Web
from handlers.pkgwatch.collect.upstream.failures import Absent, Failed
from handlers.pkgwatch.collect.upstream.guard import Gate
from handlers.pkgwatch.runtime.settings import Settings

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Upstreams:
    """Everything that is asked, with what stands before it; ``settings`` has the addresses."""

    web: Web
    gates: Mapping[str, Gate]
    github: GitHub
    settings: Settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """A package; ``only`` are the sources to ask again (all if None), ``existing`` its item, {} if there is none."""

    ecosystem: str
    name: str
    existing: Item
    only: frozenset[str] | None
    bulk: weekly_downloads.Counts

    def due(self, source: str) -> bool:
        """Whether a source is to be asked. One the item has nothing from is, whatever the message says."""
        return self.only is None or source in self.only or not has_answered(source, self.existing)


def collect(upstreams: Upstreams, wanted: Wanted, now: datetime) -> Collected:
    """Asks what is to be asked. Raises `OutOfTime`; an upstream's failure is in its part."""
    asked = _Asked(upstreams, wanted, now)
    first = asked.part("deps.dev", asked.depsdev)
    registry = asked.part(wanted.ecosystem, asked.registry) if wanted.due(wanted.ecosystem) else None
    parts = [first, registry or cached(wanted.ecosystem, wanted.existing)]
    downloads = asked.downloads() if registry else weekly_downloads.kept(wanted.existing)
    if wanted.ecosystem == "npm" and not upstreams.settings.skip_bundlephobia:
        parts.append(asked.bundle())
    repository = str(first.data.get("repository_url") or parts[1].data.get("repository_url") or "")
    if host(repository) == "github.com":
        parts.append(asked.activity(repository))
    if "openssf_score" not in first.data:
        parts.append(asked.scorecard(repository))
    return Collected(wanted.ecosystem, wanted.name, parts, downloads)


@dataclass(frozen=True, slots=True)
class _Asked:
    upstreams: Upstreams
    wanted: Wanted
    now: datetime

    def part(self, source: str, call: Callable[[], Mapping[str, Any]], gate: str = "") -> Part:
        """What a source gives behind its gate, or what stands in for it."""
        try:
            return Part(source, self.upstreams.gates[gate or source].ask(call), source)
        except Failed as failed:
            return self.failed(source, failed)

    def failed(self, source: str, failed: Failed) -> Part:
        package = f"{self.wanted.ecosystem}#{self.wanted.name}"
        logger.warning("A source failed", extra={"source": source, "package": package, "reason": failed.code})
        return fallback(source, self.wanted.existing, failed.code, self.now)

    def depsdev(self) -> dict[str, Any]:
        known = self.wanted.existing.get("advisories")
        found = depsdev.collect(
            self.upstreams.web,
            self.upstreams.settings.depsdev_base_url,
            self.wanted.ecosystem,
            self.wanted.name,
            known if isinstance(known, list) else (),
        )
        return found | ({"openssf_checked_at": iso(self.now)} if "openssf_score" in found else {})

    def registry(self) -> dict[str, Any]:
        web, settings = self.upstreams.web, self.upstreams.settings
        if self.wanted.ecosystem == "npm":
            return npm.collect(web, settings.npm_registry_base_url, self.wanted.name)
        return pypi.collect(web, settings.pypi_base_url, self.wanted.name)

    def downloads(self) -> dict[str, Any]:
        if self.wanted.name in self.wanted.bulk and self.wanted.ecosystem == "npm":
            count = self.wanted.bulk[self.wanted.name]
            if count is None:
                return weekly_downloads.unavailable("npm_not_found", self.now)
            return weekly_downloads.collected(count, "bulk", self.now)
        npm = self.wanted.ecosystem == "npm"
        found, may = self._count("npm_downloads" if npm else "pypistats")
        if npm:
            return found if found is not None else weekly_downloads.kept(self.wanted.existing) if may else {}
        return weekly_downloads.best(found, self.wanted.existing, may, self.now)

    def _count(self, gate: str) -> tuple[dict[str, Any] | None, bool]:
        """The attributes of a count, None if it could not be had, and whether the item may stand in."""
        web, settings, name = self.upstreams.web, self.upstreams.settings, self.wanted.name
        try:
            if gate == "npm_downloads":
                count = self.upstreams.gates[gate].ask(
                    lambda: weekly_downloads.npm(web, settings.npm_api_base_url, name)
                )
                return weekly_downloads.collected(count, "npm_api", self.now), True
            count = self.upstreams.gates[gate].ask(
                lambda: weekly_downloads.pypi(web, settings.pypistats_base_url, name)
            )
            return weekly_downloads.collected(count, "pypistats", self.now), True
        except Absent:
            source = "npm_404" if gate == "npm_downloads" else "pypistats_404"
            return weekly_downloads.unavailable(source, self.now), True
        except Failed as failed:
            logger.warning("Downloads are unknown", extra={"package": name, "reason": failed.code})
            return None, usable(self.wanted.existing, failed.code, self.now)

    def bundle(self) -> Part:
        if self.wanted.only is not None:
            return cached("bundlephobia", self.wanted.existing)
        web, base = self.upstreams.web, self.upstreams.settings.bundlephobia_base_url
        return self.part("bundlephobia", lambda: bundlephobia.collect(web, base, self.wanted.name))

    def activity(self, repository: str) -> Part:
        if not self.wanted.due("github"):
            return cached("github", self.wanted.existing)
        found = github_repository(repository)
        if found is None:
            return self.failed("github", Failed(INVALID_URL, blame=None))
        return self.part("github", lambda: self.upstreams.github.collect(*found, self.now))

    def scorecard(self, repository: str) -> Part:
        """OpenSSF's own, where deps.dev has none. What was learnt within a week is believed, and that there is none
        is learnt too."""
        existing, found = self.wanted.existing, github_repository(repository)
        fresh = scorecard.fresh(existing, self.now)
        if fresh or self.wanted.only is not None or found is None:
            return _reused(cached("openssf", existing), "cached_fresh" if fresh else "cached")
        web, base = self.upstreams.web, self.upstreams.settings.openssf_base_url
        learnt = {"openssf_source": "direct", "openssf_checked_at": iso(self.now)}
        try:
            ask = self.upstreams.gates["openssf"].ask
            return Part("openssf", ask(lambda: scorecard.collect(web, base, *found)) | learnt, "openssf")
        except Absent:
            return Part("openssf", learnt | {"openssf_source": "not_found"})
        except Failed as failed:
            return _reused(self.failed("openssf", failed), "cached")


def _reused(part: Part, source: str) -> Part:
    """A scorecard from before says that it is one."""
    if part.data.get("openssf_score") is None:
        return part
    return Part(part.source, {**part.data, "openssf_source": source}, part.tag, part.error)
