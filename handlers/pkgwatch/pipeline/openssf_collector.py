"""Every two hours: scorecards for packages that have none, or an old one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.logs import begin, logger
from handlers.pkgwatch.collect.downloads.report import UpstreamDown
from handlers.pkgwatch.collect.downloads.scorecard_runs import candidates, run
from handlers.pkgwatch.collect.sources import scorecard
from handlers.pkgwatch.collect.upstream.client import Web, connections
from handlers.pkgwatch.collect.upstream.deadline import Budget
from handlers.pkgwatch.collect.upstream.throttle import Pace
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings

_MOST = 200
_BETWEEN = 0.5  # seconds
_RESERVE = 45.0


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `scorecard_runs.run`. Ends in an error, which is what the alarm listens to, if nothing but errors came."""
    begin("pkgwatch", context)
    budget = Budget(lambda: context.get_remaining_time_in_millis() / 1000 - _RESERVE)
    web, base = Web(connections(), budget), settings().openssf_base_url
    packages = tables.packages()
    result = run(
        packages,
        lambda owner, name: scorecard.collect(web, base, owner, name),
        candidates(packages, _MOST, datetime.now(UTC)),
        Pace(budget, _BETWEEN, limited=1),
        lambda: datetime.now(UTC),
    )
    logger.info("Run over", extra=dict(result))
    if result["error"] and result["error"] == result["processed"]:
        raise UpstreamDown(f"All of {result['error']} packages failed.")
    return result
