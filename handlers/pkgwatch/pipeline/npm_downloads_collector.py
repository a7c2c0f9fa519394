"""Hourly function: updates the weekly downloads of npm packages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.pkgwatch.collect.download_count import Counts
from handlers.pkgwatch.collect.runs.downloads import DownloadRun, run_downloads
from handlers.pkgwatch.collect.sources.npm_downloads import BULK, bulk_weekly_downloads, weekly_downloads
from handlers.pkgwatch.collect.upstream.client import UpstreamClient
from handlers.pkgwatch.runtime.settings import settings

_RUN = DownloadRun("npm", source="npm", metrics="NpmDownloads", limit=200, interval=0.5)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with the counts of `run`."""
    base = settings().npm_api_base_url
    return run_downloads(context, _RUN, calls, lambda client, names: fetch(client, base, names))


def calls(names: Sequence[str]) -> list[list[str]]:
    """The names of each call: 128 at a time, and scoped ones singly, because npm does not accept those in bulk."""
    unscoped = [name for name in names if not name.startswith("@")]
    bulk = [unscoped[start : start + BULK] for start in range(0, len(unscoped), BULK)]
    return bulk + [[name] for name in names if name.startswith("@")]


def fetch(client: UpstreamClient, base: str, names: Sequence[str]) -> Counts:
    """The counts of one call. Raises `UpstreamError`, `NotFound` for a single name npm does not know."""
    if len(names) == 1:
        return {names[0]: weekly_downloads(client, base, names[0])}
    return bulk_weekly_downloads(client, base, names)
