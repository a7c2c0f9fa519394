"""Which packages are collected again now?"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid
from handlers.pkgwatch.runtime.message_batches import Outgoing

TIERS = (1, 2, 3)


class OrderRefused(Exception):  # noqa: N818 - an outcome, not an error
    """What was asked for cannot be done; the text says why."""


@dataclass(frozen=True, slots=True)
class Order:
    """Whom to refresh: the packages of a ``tier``, or one ``part`` (n, of how many) of them."""

    tier: int
    reason: str
    force: bool
    part: tuple[int, int]


@dataclass(slots=True)
class Count:
    """How many packages an order came to so far, and how many keys were no packages' keys."""

    packages: int = 0
    malformed: int = 0


def order(event: Mapping[str, Any]) -> Order:
    """The order in a schedule's input. An unknown tier is 3, the largest; a part that does not exist is
    `OrderRefused`."""
    tier = event.get("tier")
    return Order(
        tier=tier if type(tier) is int and tier in TIERS else TIERS[-1],
        reason=str(event.get("reason") or "manual"),
        force=event.get("force_refresh") is True,
        part=_part(event.get("sub_batch"), event.get("total_sub_batches")),
    )


def _part(number: object, total: object) -> tuple[int, int]:
    if number is None and total is None:
        return (0, 1)
    if not isinstance(number, int) or not isinstance(total, int) or not 0 <= number < total:
        raise OrderRefused(f"There is no part {number} of {total}; parts count from 0.")
    return (number, total)


def messages(
    packages: Table, wanted: Order, delay: Callable[[], int], now: datetime, count: Count
) -> Iterator[Outgoing]:
    """A message a package, made as they are read: a tier is never in memory as a whole. ``count`` goes along."""
    common = {"tier": wanted.tier, "reason": wanted.reason, "dispatched_at": iso(now)}
    if wanted.force:
        common["force_refresh"] = True
    number, total = wanted.part
    for item in packages.pages("tier-index", "#tier = :tier", {"tier": wanted.tier}):
        if total > 1 and zlib.crc32(item["pk"].encode()) % total != number:
            continue
        ecosystem, _, name = item["pk"].partition("#")
        if ecosystem not in ECOSYSTEMS or not is_valid(ecosystem, name):
            count.malformed += 1
            continue
        count.packages += 1
        yield Outgoing({"ecosystem": ecosystem, "name": name, **common}, delay())
