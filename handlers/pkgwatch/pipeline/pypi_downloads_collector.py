"""Hourly function: updates the weekly downloads of PyPI packages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.pkgwatch.collect.download_count import Counts
from handlers.pkgwatch.collect.runs.downloads import DownloadRun, run_downloads
from handlers.pkgwatch.collect.sources.pypistats import weekly_downloads
from handlers.pkgwatch.collect.upstream.client import UpstreamClient
from handlers.pkgwatch.runtime.settings import settings

_RUN = DownloadRun("pypi", source="pypistats", metrics="PypiDownloads", limit=75, interval=2.5, retries=1)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with the counts of `run`."""
    base = settings().pypistats_base_url

    def fetch(client: UpstreamClient, names: Sequence[str]) -> Counts:
        return {name: weekly_downloads(client, base, name) for name in names}

    return run_downloads(context, _RUN, lambda names: [[name] for name in names], fetch)
