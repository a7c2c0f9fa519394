"""The discovery queue: find what important packages depend on and we do not know."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from handlers.common.aws import client
from handlers.common.logs import begin, logger
from handlers.pkgwatch.collect.discovery.dependency_cache import DependencyCache
from handlers.pkgwatch.collect.discovery.expansion import Services, expand, message
from handlers.pkgwatch.collect.sources.depsdev_graph import DepsDev
from handlers.pkgwatch.collect.upstream.client import Web, connections
from handlers.pkgwatch.collect.upstream.deadline import Budget
from handlers.pkgwatch.collect.upstream.guard import gates
from handlers.pkgwatch.packages.package_queue import PackageQueue
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.runtime.settings import settings

_RESERVE = 20.0  # seconds at the end in which nothing is asked any more


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{"Records": [...]}`` of the queue; answers with counts and batchItemFailures."""
    begin("pkgwatch", context)
    services, now = _services(context), datetime.now(UTC)
    processed, discovered, again = 0, 0, []
    with metrics() as told:
        for record in event.get("Records") or []:
            expanded = expand(services, message(record.get("body")), now)
            processed += expanded.processed
            discovered += len(expanded.discovered)
            again += [record["messageId"]] if expanded.again else []
        told.count("GraphExpanderProcessed", processed)
        told.count("GraphExpanderDiscovered", discovered)
    counts = {"processed": processed, "discovered": discovered}
    logger.info("Expanded", extra=counts)
    return {**counts, "batchItemFailures": [{"itemIdentifier": number} for number in again]}


def _services(context: Any) -> Services:
    given = settings()
    web = Web(connections(), Budget(lambda: context.get_remaining_time_in_millis() / 1000 - _RESERVE))
    return Services(
        packages=tables.packages(),
        depsdev=DepsDev(web, gates(tables.api_keys(), True)["deps.dev"], given.depsdev_base_url),
        cache=DependencyCache(partial(client, "s3"), given.raw_data_bucket),
        queue=PackageQueue(partial(client, "sqs"), given.package_queue_url),
    )
