"""Hourly: how often were PyPI packages downloaded last week?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.logs import begin
from handlers.pkgwatch.collect.downloads import weekly as weekly_downloads
from handlers.pkgwatch.collect.downloads.report import report
from handlers.pkgwatch.collect.downloads.run import Counting, candidates, run
from handlers.pkgwatch.collect.upstream.client import Web, connections
from handlers.pkgwatch.collect.upstream.deadline import Budget
from handlers.pkgwatch.collect.upstream.throttle import Pace
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.runtime.settings import settings

_MOST = 75
_BETWEEN = 2.5  # seconds
_RESERVE = 45.0


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `download_runs.run`."""
    begin("pkgwatch", context)
    budget = Budget(lambda: context.get_remaining_time_in_millis() / 1000 - _RESERVE)
    web, base = Web(connections(), budget), settings().pypistats_base_url
    packages = tables.packages()
    counting = Counting("pypi", "pypistats", lambda names: {names[0]: weekly_downloads.pypi(web, base, names[0])})
    with metrics() as gathered:
        due = [[name] for name in candidates(packages, "pypi", _MOST)]
        result = run(packages, counting, due, Pace(budget, _BETWEEN, repeats=1), lambda: datetime.now(UTC))
        return report("PypiDownloads", result, gathered)
