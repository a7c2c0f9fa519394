"""Which packages do we begin with?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.discovery.rankings import Ranked
from handlers.pkgwatch.maintenance.refresh import TIERS
from handlers.pkgwatch.packages.new_packages import BATCH, add, new_item, unknown
from handlers.pkgwatch.runtime.message_batches import batched

SOURCE = "seed_packages"
COUNT = 5000  # of each ecosystem, where nothing else is asked for
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Wish:
    """How many of the most used packages to add, by ecosystem; whether to collect them; or only to count them."""

    counts: Mapping[str, int]
    collect: bool
    dry_run: bool


def wish(event: Mapping[str, Any]) -> Wish:
    """The wish in an event. ValueError for counts that are none."""
    counts = {ecosystem: event.get(f"{ecosystem}_count", COUNT) for ecosystem in ("npm", "pypi")}
    for ecosystem, count in counts.items():
        if type(count) is not int or not 0 <= count <= MOST:
            raise ValueError(f"{ecosystem}_count must be a whole number up to {MOST}.")
    return Wish(counts, event.get("trigger_collection") is True, event.get("dry_run") is True)


def tier(rank: int) -> int:
    """1 for the first hundred, 2 up to the five hundredth, 3 for the rest."""
    if rank <= 100:
        return 1
    return 2 if rank <= 500 else 3


def seed(packages: Table, ecosystem: str, ranked: Iterator[Ranked], now: datetime, dry_run: bool) -> dict[str, int]:
    """Adds the packages that are not there yet; those that are keep what they have. Returns how many there are in
    the ranking (``ranked``), how many of them were ``known``, and how many were, or would be, ``added``."""
    counts = {"ranked": 0, "known": 0, "added": 0}
    for chunk in batched(ranked, BATCH):
        ranks = {one.name: counts["ranked"] + number for number, one in enumerate(chunk, 1)}
        counts["ranked"] += len(chunk)
        fresh = unknown(packages, ecosystem, list(ranks))
        items = [_item(ecosystem, name, ranks[name], now) for name in fresh]
        added = len(items) if dry_run else len(add(packages, items))
        counts["added"] += added
        counts["known"] += len(chunk) - added
    return counts


def collect(client: Any, dispatcher: str) -> list[int]:
    """Has the refresh dispatcher queue every tier, without waiting for it; the tiers. Raises
    `handlers.common.aws.ServiceError`: even then the retry dispatcher collects an hour later what was added."""
    for number in TIERS:
        order = json.dumps({"tier": number, "reason": SOURCE}).encode()
        client.invoke(FunctionName=dispatcher, InvocationType="Event", Payload=order)
    return list(TIERS)


def _item(ecosystem: str, name: str, rank: int, now: datetime) -> dict[str, Any]:
    seeded = {"seeded_at": iso(now), "seeded_rank": rank, "needs_collection": True, "queryable": False}
    return new_item(ecosystem, name, SOURCE, now, **{**seeded, "tier": tier(rank)})
