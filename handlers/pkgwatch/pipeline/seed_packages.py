"""Manually invoked function: seeds the packages table with the most used packages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import client
from handlers.common.dynamodb import Table
from handlers.common.logs import begin, logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.discovery.rankings import RankedPackage, npm_ranking, pypi_ranking
from handlers.pkgwatch.collect.upstream.client import UpstreamClient
from handlers.pkgwatch.packages.new_packages import BATCH, add_items, find_unknown, new_item
from handlers.pkgwatch.packages.package_queue import TIERS
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.message_batches import batched
from handlers.pkgwatch.runtime.settings import settings

SOURCE = "seed_packages"
DEFAULT_COUNT, MAX_COUNT = 5000, 10_000  # packages of each ecosystem

_RESERVE = 30.0  # seconds at the end without requests


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Takes ``{"npm_count", "pypi_count", "trigger_collection", "dry_run"}``, all optional. Answers with the counts of
    `seed` by ecosystem, and the tiers whose collection was triggered."""
    begin("pkgwatch", context)
    try:
        order = read_order(event)
    except ValueError as error:
        return _answer(400, {"error": str(error)})
    http, now = UpstreamClient.of(context, _RESERVE), datetime.now(UTC)
    result: dict[str, Any] = {"dry_run": order.dry_run}
    for ecosystem, count in order.counts.items():
        ranked = _RANKINGS[ecosystem](http, count)
        result[ecosystem] = seed(tables.packages(), ecosystem, ranked, now, order.dry_run)
        logger.info("Seeded", extra={"ecosystem": ecosystem, **result[ecosystem]})
    triggered = order.trigger_collection and not order.dry_run
    result["collecting"] = trigger_collection(client("lambda"), settings().refresh_dispatcher_arn) if triggered else []
    return _answer(200, result)


_RANKINGS: dict[str, Callable[[UpstreamClient, int], Iterator[RankedPackage]]] = {
    "npm": lambda http, count: npm_ranking(http, settings().npmsio_base_url, count),
    "pypi": lambda http, count: pypi_ranking(http, settings().top_pypi_packages_url, count),
}


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "body": json.dumps(body)}


@dataclass(frozen=True, slots=True)
class Order:
    """How many of the most used packages to add, by ecosystem; whether to collect them; or only to count them."""

    counts: Mapping[str, int]
    trigger_collection: bool
    dry_run: bool


def read_order(event: Mapping[str, Any]) -> Order:
    """The order in an event. Raises ValueError for a count out of bounds."""
    counts = {ecosystem: event.get(f"{ecosystem}_count", DEFAULT_COUNT) for ecosystem in ("npm", "pypi")}
    for ecosystem, count in counts.items():
        if type(count) is not int or not 0 <= count <= MAX_COUNT:
            raise ValueError(f"{ecosystem}_count must be a whole number up to {MAX_COUNT}.")
    return Order(counts, event.get("trigger_collection") is True, event.get("dry_run") is True)


def tier_of(rank: int) -> int:
    """1 for the first hundred, 2 up to rank 500, 3 for the others."""
    if rank <= 100:
        return 1
    return 2 if rank <= 500 else 3


def seed(
    packages: Table, ecosystem: str, ranked: Iterator[RankedPackage], now: datetime, dry_run: bool
) -> dict[str, int]:
    """Adds the packages that are missing; existing ones are left unchanged. Returns the length of the ranking
    (``ranked``), how many of its packages were ``known``, and how many were, or would be, ``added``."""
    counts = {"ranked": 0, "known": 0, "added": 0}
    for batch in batched(ranked, BATCH):
        ranks = {one.name: counts["ranked"] + number for number, one in enumerate(batch, 1)}
        counts["ranked"] += len(batch)
        missing = find_unknown(packages, ecosystem, list(ranks))
        items = [_item(ecosystem, name, ranks[name], now) for name in missing]
        added = len(items) if dry_run else len(add_items(packages, items))
        counts["added"] += added
        counts["known"] += len(batch) - added
    return counts


def _item(ecosystem: str, name: str, rank: int, now: datetime) -> dict[str, Any]:
    seeded = {"seeded_at": iso(now), "seeded_rank": rank, "needs_collection": True, "queryable": False}
    return new_item(ecosystem, name, SOURCE, now, **seeded, tier=tier_of(rank))


def trigger_collection(lambda_client: Any, dispatcher: str) -> list[int]:
    """Invokes the refresh dispatcher for every tier, without waiting for it; the tiers. Raises
    `handlers.common.aws.ServiceError`; the retry dispatcher then collects the added packages an hour later."""
    for tier in TIERS:
        order = json.dumps({"tier": tier, "reason": SOURCE}).encode()
        lambda_client.invoke(FunctionName=dispatcher, InvocationType="Event", Payload=order)
    return list(TIERS)
