"""The audits: they compare a ranking with the known packages, and add what is missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from handlers.common.aws import client
from handlers.common.deadline import OutOfTime
from handlers.common.dynamodb import Table
from handlers.common.logs import begin, logger
from handlers.pkgwatch.collect.discovery.rankings import RankedPackage
from handlers.pkgwatch.collect.upstream.client import UpstreamClient
from handlers.pkgwatch.collect.upstream.failures import UpstreamError
from handlers.pkgwatch.packages.new_packages import BATCH, add_items, find_unknown, new_item
from handlers.pkgwatch.packages.package_queue import PackageQueue
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.message_batches import batched
from handlers.pkgwatch.runtime.metrics import Metrics, metrics
from handlers.pkgwatch.runtime.settings import settings

_RESERVE = 30.0  # seconds at the end without requests


@dataclass(frozen=True, slots=True)
class Audit:
    """``source`` is stored on the packages an audit adds, ``metrics`` the prefix of its metrics. ``attributes``
    returns further attributes of a new item, None if the package does not qualify."""

    ecosystem: str
    source: str
    metrics: str
    attributes: Callable[[RankedPackage], Mapping[str, Any] | None]


def run_audit(
    context: Any, audit: Audit, ranking: Callable[[UpstreamClient], Iterator[RankedPackage]]
) -> dict[str, Any]:
    """A whole run. Answers with the counts ``{"audited", "missing", "added", "queued"}``.

    A ranking that fails later than in its first batch counts as far as it was read, with the reason in
    ``interrupted``; otherwise its failure is raised, so that Lambda repeats the run."""
    begin("pkgwatch", context)
    ranked = ranking(UpstreamClient.of(context, _RESERVE))
    queue = PackageQueue(partial(client, "sqs"), settings().package_queue_url)
    with metrics() as counters:
        result = _compare(audit, ranked, tables.packages(), queue, counters)
    logger.info("Audited", extra=dict(result))
    return {"statusCode": 200, "body": json.dumps(result)}


def _compare(
    audit: Audit, ranked: Iterator[RankedPackage], packages: Table, queue: PackageQueue, counters: Metrics
) -> dict[str, Any]:
    counts: dict[str, Any] = {"audited": 0, "missing": 0, "added": 0, "queued": 0}
    now = datetime.now(UTC)
    try:
        for batch in batched(ranked, BATCH):
            _add_missing(audit, batch, packages, queue, counts, now)
    except (UpstreamError, OutOfTime) as error:
        if not counts["audited"]:
            raise
        logger.exception("The ranking ended early", extra=dict(counts))
        counts["interrupted"] = str(error)
    finally:
        for name, counter in (("Total", "audited"), ("Missing", "missing"), ("Added", "added")):
            counters.count(audit.metrics + name, counts[counter])
    return counts


def _add_missing(
    audit: Audit,
    batch: list[RankedPackage],
    packages: Table,
    queue: PackageQueue,
    counts: dict[str, Any],
    now: datetime,
) -> None:
    """Adds the missing packages of a batch that qualify, and queues them for collection."""
    counts["audited"] += len(batch)
    missing = set(find_unknown(packages, audit.ecosystem, [ranked.name for ranked in batch]))
    counts["missing"] += len(missing)
    items = [
        new_item(audit.ecosystem, ranked.name, audit.source, now, **attributes)
        for ranked in batch
        if ranked.name in missing and (attributes := audit.attributes(ranked)) is not None
    ]
    added = [item["name"] for item in add_items(packages, items)]
    counts["added"] += len(added)
    counts["queued"] += queue.send(audit.ecosystem, added, audit.source)
