"""Limits by IP address for requests without an account."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import logger

DEMO_LIMIT = 20  # packages an hour
REQUEST_LIMIT = 10  # packages asked for a day


def count_demo(keys: Table, source_ip: str, now: datetime) -> int | None:
    """Counts a demo request; how many there were this UTC hour, or None if that is one too many."""
    key = (f"demo#{source_ip}", f"hour#{now:%Y-%m-%d-%H}")
    return _count(keys, key, "requests", DEMO_LIMIT, now + timedelta(hours=2))


def demo_reset(now: datetime) -> int:
    """When demo requests start again at zero: the next full hour in epoch seconds."""
    return (int(now.timestamp()) // 3600 + 1) * 3600


def count_package_request(keys: Table, source_ip: str, now: datetime) -> int | None:
    """Counts a request to add a package; how many there were this UTC day, None if that is one too many."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    key = (f"RATE_LIMIT#{source_ip}#{now:%Y-%m-%d}", "request_package")
    return _count(keys, key, "request_count", REQUEST_LIMIT, midnight)


def _count(keys: Table, key: Key, attribute: str, limit: int, expires: datetime) -> int | None:
    """Counts one if the limit allows it; a table that does not respond allows nothing."""
    try:
        after = keys.update(
            key,
            f"ADD #{attribute} :one SET #ttl = :ttl",
            {"one": 1, "limit": limit, "ttl": int(expires.timestamp())},
            f"attribute_not_exists(#{attribute}) OR #{attribute} < :limit",
            "UPDATED_NEW",
        )
    except ConditionFailed:
        return None
    except ServiceError:
        logger.exception("Requests of an address could not be counted")
        return None
    return int(after[attribute])
