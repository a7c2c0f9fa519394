"""The package queue: ask all upstreams about a package and replace its item."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from handlers.common.aws import client
from handlers.common.logs import begin, logger
from handlers.common.secrets import SecretUnavailable, secret
from handlers.pkgwatch.collect.batches import handle
from handlers.pkgwatch.collect.collection import Upstreams
from handlers.pkgwatch.collect.collector import Services
from handlers.pkgwatch.collect.raw_data import RawData
from handlers.pkgwatch.collect.sources.github import GitHub
from handlers.pkgwatch.collect.upstream.client import Web, connections
from handlers.pkgwatch.collect.upstream.deadline import Budget
from handlers.pkgwatch.collect.upstream.guard import gates
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.runtime.settings import settings

_RESERVE = 20.0  # seconds at the end in which nothing is asked any more


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{"Records": [...]}`` of the queue; answers with batchItemFailures."""
    begin("pkgwatch", context)
    with metrics() as gathered:
        return handle(_services(context), event["Records"], gathered)


def _services(context: Any) -> Services:
    given = settings()
    web = Web(connections(), Budget(lambda: context.get_remaining_time_in_millis() / 1000 - _RESERVE))
    return Services(
        packages=tables.packages(),
        upstreams=Upstreams(
            web=web,
            gates=gates(tables.api_keys(), given.use_distributed_circuit_breaker),
            github=GitHub(web, given.github_api_base_url, _token(given.github_token_secret_arn)),
            settings=given,
        ),
        raw=RawData(partial(client, "s3"), given.raw_data_bucket),
        clock=lambda: datetime.now(UTC),
        window=timedelta(minutes=given.dedup_window_minutes),
    )


def _token(name: str) -> str:
    """GitHub's token. Without one GitHub answers too, though seldom: the rest must not wait for it."""
    try:
        return secret(name, "token")
    except SecretUnavailable:
        logger.warning("There is no token for GitHub", exc_info=True)
        return ""
