"""On schedule: add the PyPI packages that are downloaded most and we do not know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from handlers.common.aws import client
from handlers.common.logs import begin, logger
from handlers.pkgwatch.collect import rankings
from handlers.pkgwatch.collect.audit import Audit, run
from handlers.pkgwatch.collect.budget import Budget
from handlers.pkgwatch.collect.http import Web, connections
from handlers.pkgwatch.shared import tables
from handlers.pkgwatch.shared.metrics import metrics
from handlers.pkgwatch.shared.package_queue import PackageQueue
from handlers.pkgwatch.shared.settings import settings

MOST = 8000
LEAST_DOWNLOADS = 10_000  # a month

_WEEKS = 4  # a month of downloads is taken for
_RESERVE = 30.0  # seconds


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with ``{"audited", "missing", "added", "queued"}``; see `audit.run`."""
    begin("pkgwatch", context)
    web = Web(connections(), Budget(lambda: context.get_remaining_time_in_millis() / 1000 - _RESERVE))
    queue = PackageQueue(partial(client, "sqs"), settings().package_queue_url)
    with metrics() as told:
        ranked = rankings.pypi(web, settings().top_pypi_packages_url, MOST)
        result = run(PYPI, ranked, tables.packages(), queue, told, datetime.now(UTC))
    logger.info("Audited", extra=dict(result))
    return {"statusCode": 200, "body": json.dumps(result)}


def _attributes(ranked: rankings.Ranked) -> Mapping[str, Any] | None:
    return {"weekly_downloads": ranked.month // _WEEKS} if ranked.month >= LEAST_DOWNLOADS else None


PYPI = Audit("pypi", "pypi_audit", "PypiAudit", _attributes)
