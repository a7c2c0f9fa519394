"""The collector: what one message of the package queue does to the package's item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso, parse
from handlers.pkgwatch.collect.data_status import MAX_RETRIES
from handlers.pkgwatch.collect.download_count import Counts
from handlers.pkgwatch.collect.error_redaction import redacted
from handlers.pkgwatch.collect.merge import exists_nowhere, merged_item, unknown_item
from handlers.pkgwatch.collect.messages import Message
from handlers.pkgwatch.collect.raw_data import RawData
from handlers.pkgwatch.collect.source_queries import Query, Upstreams, query_sources
from handlers.pkgwatch.packages.package_names import package_key

COLLECTED, ABANDONED, RECENT, NOWHERE = "collected", "abandoned", "recent", "not_found"


@dataclass(frozen=True, slots=True)
class Services:
    """What a collection works with. A package updated less than ``dedup_window`` ago is not collected again."""

    packages: Table
    upstreams: Upstreams
    raw_data: RawData
    clock: Callable[[], datetime]
    dedup_window: timedelta


def collect_package(services: Services, message: Message, bulk: Counts, known: Mapping[str, Any] | None = None) -> str:
    """Collects the package and replaces its item. Returns ``collected``, ``not_found`` if no source knows the package,
    or why no collection was necessary: ``abandoned`` or ``recent``. ``known`` is the item as just read, {} if there is
    none; without it, it is read here.

    Any error (`OutOfTime`, `ServiceError`, a defect) is also stored on the item, where the dead letter processor
    finds it.
    """
    key = package_key(message.ecosystem, message.name)
    try:
        existing = (services.packages.get(key, consistent=True) or {}) if known is None else known
        reason = _skip_reason(message, existing, services)
        if reason:
            return reason
        return _collect(services, message, key, existing, bulk)
    except Exception as error:
        _store_error(services, key, error)
        raise


def _skip_reason(message: Message, existing: Mapping[str, Any], services: Services) -> str:
    """Why the package needs no collection, "" if it needs one. A retry is counted before its result is known."""
    status = str(existing.get("data_status") or "")
    if status.startswith("abandoned_") and not message.force_refresh and not message.is_request:
        return ABANDONED
    if message.is_retry and existing:
        _count_retry(services.packages, package_key(message.ecosystem, message.name))
    updated = parse(existing.get("last_updated"))
    recent = updated is not None and services.clock() - updated < services.dedup_window
    return RECENT if recent and not message.force_refresh and status != "pending" else ""


def _count_retry(packages: Table, key: Key) -> None:
    change = "SET retry_count = if_not_exists(retry_count, :zero) + :one"
    condition = "attribute_exists(pk) AND (attribute_not_exists(retry_count) OR retry_count < :most)"
    try:
        packages.update(key, change, {"zero": 0, "one": 1, "most": MAX_RETRIES}, condition)
    except ConditionFailed:
        logger.info("The retry was not counted", extra={"package": key[0]})


def _collect(services: Services, message: Message, key: Key, existing: Mapping[str, Any], bulk: Counts) -> str:
    query = Query(message.ecosystem, message.name, existing, message.sources if existing else None, bulk)
    collected = query_sources(services.upstreams, query, services.clock())
    now = services.clock()
    if exists_nowhere(collected, existing):
        services.packages.put(unknown_item(collected, now))
        logger.info("No source knows the package", extra={"package": key[0]})
        return NOWHERE
    services.raw_data.store(collected, now)
    retries = min(int(existing.get("retry_count") or 0) + message.is_retry, MAX_RETRIES)
    item = merged_item(collected, existing, message.tier_of(existing), retries, now)
    services.packages.put(item)
    logger.info("Collected", extra={"package": key[0], "status": item["data_status"], "sources": item["sources"]})
    return COLLECTED


def _store_error(services: Services, key: Key, error: Exception) -> None:
    change = "SET collection_error = :text, collection_error_class = :kind, collection_error_at = :now"
    values = {
        "text": redacted(str(error)) or type(error).__name__,
        "kind": type(error).__name__,
        "now": iso(services.clock()),
    }
    try:
        services.packages.update(key, change, values, "attribute_exists(pk)")
    except (ConditionFailed, *ServiceError):
        logger.warning("A package's error could not be stored", extra={"package": key[0]})
