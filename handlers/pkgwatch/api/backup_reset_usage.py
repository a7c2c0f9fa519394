"""Daily: resets the usage of subscribers whose period ended without an event from Stripe."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.common.deadline import Deadline
from handlers.common.dynamodb import Key, Table
from handlers.common.logs import begin, logger
from handlers.pkgwatch.accounts.api_keys import USER_META, is_account_record
from handlers.pkgwatch.billing.periods import Period
from handlers.pkgwatch.billing.periods import reset as reset_period
from handlers.pkgwatch.runtime import tables

_RESERVE = 30.0  # seconds
_LATE = timedelta(hours=1)
_PERIOD = timedelta(days=30)
# What says that Stripe has sent events, and that the next period is not paid or does not come.
_UNPAID = ("first_payment_failure_at", "cancellation_pending")
_ENDED = "begins_with(pk, :users) AND current_period_end < :late AND tier <> :free"
_ATTRIBUTES = ("pk", "sk", "current_period_end", "last_reset_period_start", *_UNPAID)


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many records were reset (`backup_reset`)."""
    begin("pkgwatch", context)
    result = backup_reset(tables.api_keys(), Deadline.of(context, _RESERVE), datetime.now(UTC))
    logger.info("Ended periods were looked for", extra=dict(result))
    return result


def backup_reset(keys: Table, deadline: Deadline, now: datetime) -> dict[str, int]:
    """Begins the period after one that is over and that no paid invoice followed, as the invoice would have: a
    subscriber must not run out of requests because an event was lost. The invoice may still come: it then finds its
    period begun. Subscribers whose payment has failed, or who have cancelled, are left to Stripe's events. Continues
    until the deadline. Returns how many records were ``reset``, ``already_reset``, ``left`` and ``failed``."""
    counts = {"reset": 0, "already_reset": 0, "left": 0, "failed": 0}
    values = {"users": "user_", "late": int((now - _LATE).timestamp()), "free": "free"}
    after: Key | None = None
    while not deadline.passed():
        items, after = keys.page(_ENDED, values, _ATTRIBUTES, after)
        for item in items:
            if is_account_record(item["sk"]):
                counts[_reset_record(keys, item, now)] += 1
        if after is None:
            return counts
    logger.warning("Time ran out; the other records are left for tomorrow")
    return counts


def _reset_record(keys: Table, item: Mapping[str, Any], now: datetime) -> str:
    period = _period_of(int(item["current_period_end"]), now)
    if period.start <= (item.get("last_reset_period_start") or -1):
        return "already_reset"
    if any(item.get(name) for name in _UNPAID):
        return "left"
    try:
        done = reset_period(keys, (item["pk"], item["sk"]), period, now)
        if item["sk"] != USER_META:
            reset_period(keys, (item["pk"], USER_META), period, now)
    except Exception:
        logger.exception("A record was not reset", extra={"user_id": item["pk"]})
        return "failed"
    return "reset" if done else "already_reset"


def _period_of(end: int, now: datetime) -> Period:
    """The period that should have begun at the ``end`` of another, or the last of several nobody heard of."""
    length, time = int(_PERIOD.total_seconds()), int(now.timestamp())
    start = end + (time - end) // length * length
    return Period(start, start + length, time)
