"""What plan does Stripe say a user has?

Apart from `account_answer`, because most of its callers do not want Stripe's SDK to be loaded.
"""

from __future__ import annotations

from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.pkgwatch.billing import billing_state
from handlers.pkgwatch.billing.billing_state import UNSET
from handlers.pkgwatch.billing.stripe_client import stripe, subscription_state


def refresh(keys: Table, owner: str, subscription_id: str) -> dict[str, Any]:
    """Asks Stripe for a subscription and keeps what it says, at best effort; the fields that are known now. The
    plan is not among them where the price is none of ours. Raises ``stripe.StripeError``, KeyError, TypeError and
    `handlers.common.secrets.SecretUnavailable`."""
    found = subscription_state(stripe().v1.subscriptions.retrieve(subscription_id).to_dict())
    known: dict[str, Any] = {
        "cancellation_pending": found.entitled and found.cancels,
        "cancellation_date": found.cancellation_date if found.entitled else None,
        "current_period_end": found.period_end,
    }
    tier = found.tier if found.entitled else "free"
    if tier:
        known["tier"] = tier
    try:
        billing_state.write(
            keys,
            owner,
            tier=tier or UNSET,
            cancellation_pending=known["cancellation_pending"],
            cancellation_date=known["cancellation_date"],
            current_period_start=found.period_start,
            current_period_end=found.period_end,
        )
    except ServiceError:
        logger.exception("Billing state was not kept")
    return known
