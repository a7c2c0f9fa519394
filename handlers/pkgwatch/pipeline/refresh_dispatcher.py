"""Scheduled function: queues the packages of a tier, or a part of them, for another collection."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import client
from handlers.common.deadline import Deadline
from handlers.common.dynamodb import Table
from handlers.common.logs import begin, logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid
from handlers.pkgwatch.packages.package_queue import TIERS
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.message_batches import MAX_DELAY, OutgoingMessage, send_all
from handlers.pkgwatch.runtime.settings import settings

_RESERVE = 10.0  # seconds: the batches in progress, three attempts each


class InvalidOrder(Exception):  # noqa: N818 - an outcome, not an error
    """The order cannot be carried out; the text says why."""


@dataclass(frozen=True, slots=True)
class Order:
    """The packages to refresh: those of a ``tier``, or one ``part`` (number, total) of them."""

    tier: int
    reason: str
    force_refresh: bool
    part: tuple[int, int]


@dataclass(slots=True)
class Count:
    """How many packages were read so far, and how many keys that are not a package's."""

    packages: int = 0
    malformed: int = 0


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Takes ``{"tier", "reason", "sub_batch", "total_sub_batches", "force_refresh"}``, all optional.

    Answers with ``{"message", "tier", "total_packages", "messages_sent", "errors"}``."""
    begin("pkgwatch", context)
    try:
        order = read_order(event)
    except InvalidOrder as error:
        return _answer(400, {"error": str(error)})
    url = settings().package_queue_url
    if not url:
        logger.error("There is no package queue: PACKAGE_QUEUE_URL is not set")
        return _answer(500, {"error": "The package queue is not configured."})
    max_delay = min(settings().tier_jitter[order.tier - 1], MAX_DELAY)
    count = Count()

    def delay() -> int:
        return random.randint(0, max_delay)  # noqa: S311 - spreads load

    outgoing = messages(tables.packages(), order, delay, datetime.now(UTC), count)
    sent, errors = send_all(client("sqs"), url, outgoing, Deadline.of(context, _RESERVE))
    result = {"tier": order.tier, "total_packages": count.packages, "messages_sent": sent, "errors": errors}
    logger.info("Dispatched", extra={**result, "malformed": count.malformed, "part": order.part})
    return _answer(500 if count.packages and not sent else 200, {"message": f"Tier {order.tier} queued.", **result})


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "body": json.dumps(body)}


def read_order(event: Mapping[str, Any]) -> Order:
    """The order in a schedule's input. An unknown tier is 3, the largest. Raises `InvalidOrder` for a part that does
    not exist."""
    tier = event.get("tier")
    return Order(
        tier=tier if type(tier) is int and tier in TIERS else TIERS[-1],
        reason=str(event.get("reason") or "manual"),
        force_refresh=event.get("force_refresh") is True,
        part=_part(event.get("sub_batch"), event.get("total_sub_batches")),
    )


def _part(number: object, total: object) -> tuple[int, int]:
    if number is None and total is None:
        return (0, 1)
    if not isinstance(number, int) or not isinstance(total, int) or not 0 <= number < total:
        raise InvalidOrder(f"There is no part {number} of {total}; parts count from 0.")
    return (number, total)


def messages(
    packages: Table, order: Order, delay: Callable[[], int], now: datetime, count: Count
) -> Iterator[OutgoingMessage]:
    """A message for each package, made as it is read: a tier is never in memory as a whole. Updates ``count``."""
    common = {"tier": order.tier, "reason": order.reason, "dispatched_at": iso(now)}
    if order.force_refresh:
        common["force_refresh"] = True
    number, total = order.part
    for item in packages.pages("tier-index", "#tier = :tier", {"tier": order.tier}):
        if total > 1 and zlib.crc32(item["pk"].encode()) % total != number:
            continue
        ecosystem, _, name = item["pk"].partition("#")
        if ecosystem not in ECOSYSTEMS or not is_valid(ecosystem, name):
            count.malformed += 1
            continue
        count.packages += 1
        yield OutgoingMessage({"ecosystem": ecosystem, "name": name, **common}, delay())
