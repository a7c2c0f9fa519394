"""New referrals, which are pending until the referred user is active."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso
from handlers.common.transactions import Cancelled, Write, transact, update
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.users import masked_for_referrer
from handlers.pkgwatch.referrals.events import Referral, claim, event_item

BONUS = 10_000  # requests the referred user gets at once
LATE_ENTRY = timedelta(days=14)  # a code may be added this long after signing up

_EXPIRES = timedelta(days=90)


def referral_attributes(referrer: str, now: datetime) -> dict[str, Any]:
    """The attributes of a referred user's USER_META."""
    return {
        "referred_by": referrer,
        "referred_at": iso(now),
        "referral_pending": True,
        "referral_pending_expires": iso(now + _EXPIRES),
    }


def record_pending(keys: Table, events: Table, referral: Referral, email: str, now: datetime) -> bool:
    """Stores a new referral; False if it is stored already or the referrer is gone."""
    try:
        transact(keys.client, pending_writes(keys, events, referral, email, now))
    except Cancelled:
        return False
    return True


def pending_writes(keys: Table, events: Table, referral: Referral, email: str, now: datetime) -> list[Write]:
    """The writes that store a new referral; the last is the one to the referrer's counters."""
    expires = int((now + _EXPIRES).timestamp())
    item = event_item(referral, "pending", 0, now, referred_email_masked=masked_for_referrer(email), ttl=expires)
    numbers = update(
        keys,
        (referral.referrer, USER_META),
        "ADD referral_total :one, referral_pending_count :one",
        {"one": 1},
        "attribute_exists(pk)",
    )
    return [*claim(events, referral, item), numbers]
