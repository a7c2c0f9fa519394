"""Hourly: how often were npm packages downloaded last week?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.logs import begin
from handlers.pkgwatch.collect.downloads.npm_calls import calls, fetch
from handlers.pkgwatch.collect.downloads.report import report
from handlers.pkgwatch.collect.downloads.run import Counting, candidates, run
from handlers.pkgwatch.collect.upstream.client import Web, connections
from handlers.pkgwatch.collect.upstream.deadline import Budget
from handlers.pkgwatch.collect.upstream.throttle import Pace
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.runtime.settings import settings

_MOST = 200
_BETWEEN = 0.5  # seconds
_RESERVE = 45.0


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `download_runs.run`."""
    begin("pkgwatch", context)
    budget = Budget(lambda: context.get_remaining_time_in_millis() / 1000 - _RESERVE)
    web, base = Web(connections(), budget), settings().npm_api_base_url
    packages = tables.packages()
    counting = Counting("npm", "npm", lambda names: fetch(web, base, names))
    with metrics() as gathered:
        due = calls(candidates(packages, "npm", _MOST))
        result = run(packages, counting, due, Pace(budget, _BETWEEN), lambda: datetime.now(UTC))
        return report("NpmDownloads", result, gathered)
