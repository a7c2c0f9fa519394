"""Claims on events of Stripe, so that each event is processed once.

Stripe sends an event until it is accepted, and sometimes twice. A function claims an event before it processes it. A
claim ends with a failure: a failed event can be claimed again, and so can one whose function never finished.
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
    """Claims an event; False if another function has it or it is processed already."""
    subject = event["data"]["object"]
    customer = identifier(subject.get("customer")) or (subject["id"] if subject.get("object") == "customer" else "")
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
    """Records that the event is processed."""
    billing.update(
        _key(event),
        "SET #status = :success, processed_at = :now REMOVE claimed_at",
        {"success": "success", "now": iso(now)},
    )


def failed(billing: Table, event: Mapping[str, Any], error: str, now: datetime) -> None:
    """Releases the claim; the error stays in the record and does not prevent another claim."""
    billing.update(
        _key(event),
        "SET #status = :failed, #error = :error, processed_at = :now REMOVE claimed_at",
        {"failed": "failed", "error": error[:200], "now": iso(now)},
    )


def _key(event: Mapping[str, Any]) -> Key:
    return event["id"], event["type"]
