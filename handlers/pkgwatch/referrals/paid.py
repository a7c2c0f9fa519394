"""What does a referrer get for a referred user who pays, and goes on paying?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso
from handlers.common.transactions import put
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.referrals.credit import Step, advance
from handlers.pkgwatch.referrals.events import Referral

REWARD = 25_000  # requests, for either
RETENTION = timedelta(days=60)  # two paid months

_KEPT = timedelta(days=365)


def paid(keys: Table, events: Table, billing: Table, user_id: str, now: datetime) -> bool:
    """Rewards whoever referred a user for the user's first paid checkout; False if nobody did or it was rewarded
    before. May be repeated. Raises as `advance`."""
    referrer = (keys.get((user_id, USER_META), ("referred_by",), consistent=True) or {}).get("referred_by")
    if not referrer:
        return False
    receipt = {
        "pk": f"referral_paid:{referrer}:{user_id}",
        "sk": "paid",
        "processed_at": iso(now),
        "reward_amount": REWARD,
        "ttl": int((now + _KEPT).timestamp()),
    }
    step = Step(
        "paid",
        REWARD,
        counter="referral_paid",
        fields={"needs_retention_check": "true", "retention_check_date": iso(now + RETENTION)},
        once=[put(billing, receipt, "attribute_not_exists(pk)")],
    )
    return advance(keys, events, Referral(referrer, user_id), step, now)


def due(events: Table, now: datetime, limit: int) -> list[dict[str, Any]]:
    """Paid referrals to look at again, those due longest first."""
    return events.query(
        "retention-due-index", "needs_retention_check", "true", ("retention_check_date", iso(now)), limit
    )


def retained(keys: Table, events: Table, referral: Referral, now: datetime) -> bool:
    """Rewards the referrer for a referred user who still pays. Raises as `advance`."""
    return advance(keys, events, referral, Step("retained", REWARD, counter="referral_retained"), now)
