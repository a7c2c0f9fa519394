"""What becomes of one message of the package queue?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso, parse
from handlers.pkgwatch.collect.collection import Upstreams, Wanted, collect
from handlers.pkgwatch.collect.downloads.weekly import Counts
from handlers.pkgwatch.collect.error_redaction import sanitised
from handlers.pkgwatch.collect.merge import item
from handlers.pkgwatch.collect.messages import Message
from handlers.pkgwatch.collect.raw_data import RawData
from handlers.pkgwatch.collect.status import MOST_RETRIES
from handlers.pkgwatch.packages.package_names import package_key

COLLECTED, ABANDONED, RECENT = "collected", "abandoned", "recent"


@dataclass(frozen=True, slots=True)
class Services:
    """What a message works with. What was updated less than ``window`` ago is not collected again."""

    packages: Table
    upstreams: Upstreams
    raw: RawData
    clock: Callable[[], datetime]
    window: timedelta


def process(services: Services, message: Message, bulk: Counts) -> str:
    """Collects the package and replaces its item; what was done, or why nothing had to be.

    Whatever is raised (`OutOfTime`, `ServiceError`, a mistake of ours) is on the item too, for whoever looks into the
    dead letters.
    """
    key = package_key(message.ecosystem, message.name)
    try:
        existing = services.packages.get(key, consistent=True) or {}
        reason = _needless(message, existing, services)
        if reason:
            return reason
        _collect(services, message, key, existing, bulk)
    except Exception as error:
        _record(services, key, error)
        raise
    return COLLECTED


def _needless(message: Message, existing: Mapping[str, Any], services: Services) -> str:
    """Why there is nothing to do, "" if there is. A retry counts before it is known how it ends."""
    status = str(existing.get("data_status") or "")
    if status.startswith("abandoned_") and not message.force and not message.asked_for:
        return ABANDONED
    if message.retry and existing:
        _count_retry(services.packages, package_key(message.ecosystem, message.name))
    updated = parse(existing.get("last_updated"))
    young = updated is not None and services.clock() - updated < services.window
    return RECENT if young and not message.force and status != "pending" else ""


def _count_retry(packages: Table, key: Key) -> None:
    change = "SET retry_count = if_not_exists(retry_count, :zero) + :one"
    condition = "attribute_exists(pk) AND (attribute_not_exists(retry_count) OR retry_count < :most)"
    try:
        packages.update(key, change, {"zero": 0, "one": 1, "most": MOST_RETRIES}, condition)
    except ConditionFailed:
        logger.info("No more retries are counted", extra={"package": key[0]})


def _collect(services: Services, message: Message, key: Key, existing: Mapping[str, Any], bulk: Counts) -> None:
    wanted = Wanted(message.ecosystem, message.name, existing, message.only if existing else None, bulk)
    collected = collect(services.upstreams, wanted, services.clock())
    now = services.clock()
    services.raw.store(collected, now)
    retries = min(int(existing.get("retry_count") or 0) + message.retry, MOST_RETRIES)
    made = item(collected, existing, message.tier_of(existing), retries, now)
    services.packages.put(made)
    logger.info("Collected", extra={"package": key[0], "status": made["data_status"], "sources": made["sources"]})


def _record(services: Services, key: Key, error: Exception) -> None:
    change = "SET collection_error = :text, collection_error_class = :kind, collection_error_at = :now"
    values = {
        "text": sanitised(str(error)) or type(error).__name__,
        "kind": type(error).__name__,
        "now": iso(services.clock()),
    }
    try:
        services.packages.update(key, change, values, "attribute_exists(pk)")
    except (ConditionFailed, *ServiceError):
        logger.warning("A package's error could not be stored", extra={"package": key[0]})
