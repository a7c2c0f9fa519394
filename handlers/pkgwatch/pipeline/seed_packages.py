"""By hand: begin with the packages that are used most."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import client
from handlers.common.logs import begin, logger
from handlers.pkgwatch.collect.discovery import rankings
from handlers.pkgwatch.collect.discovery.seeding import collect, seed, wish
from handlers.pkgwatch.collect.upstream.client import Web, connections
from handlers.pkgwatch.collect.upstream.deadline import Budget
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings

_RESERVE = 30.0  # seconds


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{"npm_count", "pypi_count", "trigger_collection", "dry_run"}``, all optional. Answers with the counts of
    `seeding.seed` by ecosystem, and the tiers that are being collected."""
    begin("pkgwatch", context)
    try:
        wanted = wish(event)
    except ValueError as error:
        return _answer(400, {"error": str(error)})
    web = Web(connections(), Budget(lambda: context.get_remaining_time_in_millis() / 1000 - _RESERVE))
    now = datetime.now(UTC)
    result: dict[str, Any] = {"dry_run": wanted.dry_run}
    for ecosystem, count in wanted.counts.items():
        ranked = _RANKINGS[ecosystem](web, count)
        result[ecosystem] = seed(tables.packages(), ecosystem, ranked, now, wanted.dry_run)
        logger.info("Seeded", extra={"ecosystem": ecosystem, **result[ecosystem]})
    collecting = wanted.collect and not wanted.dry_run
    result["collecting"] = collect(client("lambda"), settings().refresh_dispatcher_arn) if collecting else []
    return _answer(200, result)


_RANKINGS: dict[str, Callable[[Web, int], Iterator[rankings.Ranked]]] = {
    "npm": lambda web, count: rankings.npm(web, settings().npmsio_base_url, count),
    "pypi": lambda web, count: rankings.pypi(web, settings().top_pypi_packages_url, count),
}


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "body": json.dumps(body)}
