"""Charging a user for requests, and rewarding whoever referred a user who becomes active."""

from __future__ import annotations

from datetime import datetime

from handlers.common.circuit_breaker import CircuitBreaker
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.pkgwatch.accounts.api_keys import ApiKey
from handlers.pkgwatch.referrals.rewards import reward_activity
from handlers.pkgwatch.usage import metering

ACTIVITY_GATE = 100  # packages a referred user scans before the referrer is rewarded


def charge(
    keys: Table, events: Table, key: ApiKey, count: int, circuit: CircuitBreaker, now: datetime
) -> metering.Charge:
    """Charges ``count`` requests; the charge that takes a referred user across the activity gate rewards the
    referrer too. That reward never fails a request."""
    made = metering.charge(keys, key, count, circuit)
    total = made.user.get("total_packages_scanned") or 0
    crossed = total - count < ACTIVITY_GATE <= total
    if made.allowed and crossed and made.user.get("referral_pending"):
        try:
            reward_activity(keys, events, key.user_id, made.user, now)
        except Exception:
            logger.exception("Referral was not rewarded")
    return made
