"""Which packages that are used much do we not know?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.pkgwatch.collect.discovery.rankings import Ranked
from handlers.pkgwatch.collect.upstream.failures import Failed, OutOfTime
from handlers.pkgwatch.packages.new_packages import BATCH, add, new_item, unknown
from handlers.pkgwatch.packages.package_queue import PackageQueue
from handlers.pkgwatch.runtime.message_batches import batched
from handlers.pkgwatch.runtime.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Audit:
    """Whom to compare with: ``source`` names the audit, ``counters`` its metrics; ``more`` are attributes of a new
    item, None if a package is not worth having."""

    ecosystem: str
    source: str
    counters: str
    more: Callable[[Ranked], Mapping[str, Any] | None]


def run(
    audit: Audit, ranked: Iterator[Ranked], packages: Table, queue: PackageQueue, metrics: Metrics, now: datetime
) -> dict[str, Any]:
    """Adds what is missing and worth having, and queues it for collection, a hundred at a time. Returns how many
    were ``audited``, ``missing``, ``added`` and ``queued``.

    A ranking that ends in a failure counts as far as it went, with ``interrupted`` saying why; one that never began
    raises that failure, so that the whole is tried again."""
    counts: dict[str, Any] = {"audited": 0, "missing": 0, "added": 0, "queued": 0}
    try:
        for chunk in batched(ranked, BATCH):
            _take_in(audit, chunk, packages, queue, counts, now)
    except (Failed, OutOfTime) as failed:
        if not counts["audited"]:
            raise
        logger.exception("The ranking ended early", extra=dict(counts))
        counts["interrupted"] = str(failed)
    finally:
        for name, counter in (("Total", "audited"), ("Missing", "missing"), ("Added", "added")):
            metrics.count(audit.counters + name, counts[counter])
    return counts


def _take_in(
    audit: Audit, chunk: list[Ranked], packages: Table, queue: PackageQueue, counts: dict[str, Any], now: datetime
) -> None:
    counts["audited"] += len(chunk)
    fresh = set(unknown(packages, audit.ecosystem, [ranked.name for ranked in chunk]))
    counts["missing"] += len(fresh)
    items = [
        new_item(audit.ecosystem, ranked.name, audit.source, now, **more)
        for ranked in chunk
        if ranked.name in fresh and (more := audit.more(ranked)) is not None
    ]
    added = [item["name"] for item in add(packages, items)]
    counts["added"] += len(added)
    counts["queued"] += queue.send(audit.ecosystem, added, audit.source)
