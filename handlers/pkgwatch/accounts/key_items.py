"""The items of a user's API keys."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.api_keys import PREFIX, USER_META, key_hash
from handlers.pkgwatch.accounts.plans import monthly_limit
from handlers.pkgwatch.accounts.users import key_records, user_record

KEY_ID = 16  # characters of a key's hash by which its owner names it
MOST = 5  # keys a user

# What every key of a subscriber carries, so that Stripe's events find the key and count alike on all of them.
_SUBSCRIPTION = (
    "stripe_customer_id",
    "stripe_subscription_id",
    "tier_updated_at",
    "payment_failures",
    "first_payment_failure_at",
    "cancellation_pending",
    "cancellation_date",
    "current_period_start",
    "current_period_end",
    "last_reset_period_start",
    "stripe_state",
    "last_payment_event_at",
)


def new_key(owner: str, email: str, tier: str, name: str | None, now: datetime) -> tuple[str, dict[str, Any]]:
    """A clear key, to be shown once, and its item."""
    clear = PREFIX + secrets.token_urlsafe(32)
    hashed = key_hash(clear)
    item = {
        "pk": owner,
        "sk": hashed,
        "key_hash": hashed,
        "key_suffix": clear[-8:],
        "tier": tier,
        "monthly_limit": monthly_limit(tier),
        "email": email,
        "email_verified": True,
        "requests_this_month": 0,
        "payment_failures": 0,
        "created_at": iso(now),
        **({"key_name": name} if name else {}),
    }
    return clear, item


def subscription_of(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The attributes that another key takes over from those a user has."""
    known = next((record for record in records if record.get("stripe_customer_id")), next(iter(records), {}))
    return {name: known[name] for name in _SUBSCRIPTION if name in known}


def ensure_user_record(
    keys: Table, owner: str, email: str, items: Sequence[dict[str, Any]], now: datetime
) -> dict[str, Any]:
    """The user's record from all the user's ``items``; it is made if it is missing or does not count keys yet."""
    user = user_record(items)
    if "key_count" in user:
        return user
    records = key_records(items)
    values = {
        "count": len(records),
        "used": sum(record.get("requests_this_month") or 0 for record in records),
        "email": email,
        "since": next((record["created_at"] for record in records if record.get("created_at")), iso(now)),
    }
    try:
        return keys.update(
            (owner, USER_META),
            "SET key_count = :count, requests_this_month = if_not_exists(requests_this_month, :used), "
            "email = if_not_exists(email, :email), created_at = if_not_exists(created_at, :since)",
            values,
            "attribute_not_exists(key_count)",
            "ALL_NEW",
        )
    except ConditionFailed as failed:
        return failed.item or {}
