"""Daily: who still pays two months after being referred?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.logs import begin, logger
from handlers.pkgwatch.billing.stripe_client import stripe, subscription_state
from handlers.pkgwatch.referrals.retention import check
from handlers.pkgwatch.runtime import tables

_RESERVE = 30_000  # milliseconds: longer than Stripe may take to answer


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """See `referral_retention.check`."""
    begin("pkgwatch", context)

    def more() -> bool:
        return bool(context.get_remaining_time_in_millis() > _RESERVE)

    result = check(tables.api_keys(), tables.referral_events(), _entitled, more, datetime.now(UTC))
    logger.info("Retention checked", extra=dict(result))
    return result


def _entitled(subscription_id: str) -> bool:
    import stripe as sdk

    try:
        found = stripe().v1.subscriptions.retrieve(subscription_id)
    except sdk.InvalidRequestError as error:
        if error.code == "resource_missing":
            return False
        raise
    return subscription_state(found.to_dict()).entitled
