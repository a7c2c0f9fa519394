"""The rewards of a referrer: when the referred user is active, when they pay, and when they go on paying."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso, parse
from handlers.common.transactions import put
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.referrals.credit import Step, advance, close
from handlers.pkgwatch.referrals.events import Referral

ACTIVE = 5_000  # requests, for activity
PAYING = 25_000  # requests, for the first payment and for retention, each
RETENTION = timedelta(days=60)  # two paid months

_KEPT = timedelta(days=365)


def reward_activity(keys: Table, events: Table, user_id: str, user: Mapping[str, Any], now: datetime) -> None:
    """Rewards whoever referred a user who has just become active; once, however many callers try. A referral that
    has expired is only closed."""
    referrer = user.get("referred_by")
    if not referrer:
        return
    referral = Referral(referrer, user_id)
    expires = parse(user.get("referral_pending_expires"))
    if expires and expires < now:
        close(keys, referral)
    else:
        advance(keys, events, referral, Step("signup", ACTIVE, flag="referral_activity_credited"), now)


def reward_payment(keys: Table, events: Table, billing: Table, user_id: str, now: datetime) -> bool:
    """Rewards whoever referred a user for the user's first paid checkout; False if the user was not referred or it
    was rewarded before. May be repeated. Raises as `advance`."""
    referrer = (keys.get((user_id, USER_META), ("referred_by",), consistent=True) or {}).get("referred_by")
    if not referrer:
        return False
    receipt = {
        "pk": f"referral_paid:{referrer}:{user_id}",
        "sk": "paid",
        "processed_at": iso(now),
        "reward_amount": PAYING,
        "ttl": int((now + _KEPT).timestamp()),
    }
    step = Step(
        "paid",
        PAYING,
        counter="referral_paid",
        fields={"needs_retention_check": "true", "retention_check_date": iso(now + RETENTION)},
        once=[put(billing, receipt, "attribute_not_exists(pk)")],
    )
    return advance(keys, events, Referral(referrer, user_id), step, now)


def reward_retention(keys: Table, events: Table, referral: Referral, now: datetime) -> bool:
    """Rewards the referrer for a referred user who still pays. Raises as `advance`."""
    return advance(keys, events, referral, Step("retained", PAYING, counter="referral_retained"), now)
