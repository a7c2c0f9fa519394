"""Has this event of Stripe been dealt with?

Stripe sends an event until it is taken, and sometimes twice. Who deals with it claims it first. A claim does not
outlive a failure: a failed event can be claimed again, and so can one whose function was never heard of again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.timestamps import iso
from handlers.pkgwatch.billing.stripe_client import identifier

_KEPT = timedelta(days=90)
# Longer than any function behind the API may run.
_ABANDONED = timedelta(minutes=2)

_FREE = (
    "attribute_not_exists(pk) OR #status = :failed "
    "OR (#status = :processing AND (attribute_not_exists(claimed_at) OR claimed_at < :abandoned))"
)


def take(billing: Table, event: Mapping[str, Any], now: datetime) -> bool:
    """Claims an event; False if somebody else has it or it is done."""
    thing = event["data"]["object"]
    customer = identifier(thing.get("customer")) or (thing["id"] if thing.get("object") == "customer" else "")
    values = {
        "processing": "processing",
        "failed": "failed",
        "claimed_at": iso(now),
        "abandoned": iso(now - _ABANDONED),
        "customer": customer or "unknown",
        "processed_at": iso(now),
        "created": event.get("created"),
        "livemode": bool(event.get("livemode")),
        "ttl": int((now + _KEPT).timestamp()),
    }
    change = (
        "SET #status = :processing, claimed_at = :claimed_at, customer_id = :customer, processed_at = :processed_at, "
        "event_created_at = :created, #livemode = :livemode, #ttl = :ttl REMOVE #error"
    )
    try:
        billing.update(_key(event), change, values, _FREE)
    except ConditionFailed:
        return False
    return True


def succeeded(billing: Table, event: Mapping[str, Any], now: datetime) -> None:
    """The event is done for good."""
    billing.update(
        _key(event),
        "SET #status = :success, processed_at = :now REMOVE claimed_at",
        {"success": "success", "now": iso(now)},
    )


def failed(billing: Table, event: Mapping[str, Any], error: str, now: datetime) -> None:
    """Gives the claim back; what went wrong stays on record, and is in nobody's way."""
    billing.update(
        _key(event),
        "SET #status = :failed, #error = :error, processed_at = :now REMOVE claimed_at",
        {"failed": "failed", "error": error[:200], "now": iso(now)},
    )


def _key(event: Mapping[str, Any]) -> Key:
    return event["id"], event["type"]
