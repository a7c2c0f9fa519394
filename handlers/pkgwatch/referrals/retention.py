"""Who has been paying for two months since being referred?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.referrals.events import Referral
from handlers.pkgwatch.referrals.paid import due, retained

BATCH = 100  # referrals a run

_LATER = timedelta(days=1)


def check(
    keys: Table,
    events: Table,
    entitled: Callable[[str], bool],
    more: Callable[[], bool],
    now: datetime,
) -> dict[str, int]:
    """Goes through the referrals that are due, as long as there is time for ``more``: rewards where the referred
    user still pays, forgets where not. ``entitled`` tells it of a subscription; what fails is tried again tomorrow.

    Returns how many were ``checked``, ``retained``, ``ended`` and ``failed``.
    """
    counts = {"checked": 0, "retained": 0, "ended": 0, "failed": 0}
    for item in due(events, now, BATCH):
        if not more():
            break
        try:
            outcome = _check(keys, events, item, entitled, now)
        except Exception:
            logger.exception("A referral could not be checked", extra={"referred": item.get("referred_id")})
            outcome = "failed"
            _mark(events, item, "SET retention_check_date = :later", {"later": iso(now + _LATER)})
        counts["checked"] += 1
        counts[outcome] += 1
    return counts


def _check(keys: Table, events: Table, item: Mapping[str, Any], entitled: Callable[[str], bool], now: datetime) -> str:
    referral = Referral(item["pk"], item["sk"].rpartition("#")[0])
    paying = any(entitled(subscription) for subscription in _subscriptions(keys, referral.referred))
    if paying and retained(keys, events, referral, now):
        return "retained"
    _mark(events, item, "REMOVE needs_retention_check, retention_check_date", {})
    return "ended"


def _subscriptions(keys: Table, user_id: str) -> list[str]:
    """A user's subscription; it stands on every key."""
    records = key_records(keys.partition(user_id, ("sk", "stripe_subscription_id"), consistent=True))
    return sorted({record["stripe_subscription_id"] for record in records if record.get("stripe_subscription_id")})


def _mark(events: Table, item: Mapping[str, Any], change: str, values: Mapping[str, Any]) -> None:
    try:
        events.update((item["pk"], item["sk"]), change, values, "attribute_exists(needs_retention_check)")
    except ConditionFailed:
        logger.info("A referral was settled meanwhile")
