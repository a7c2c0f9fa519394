"""Subscribers: the plan and the ids of Stripe that are stored of a user, and the order of plans."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.common.dynamodb import Table
from handlers.common.web.errors import ApiError
from handlers.pkgwatch.accounts.plans import LIMITS
from handlers.pkgwatch.accounts.users import key_records, tier_of, user_record
from handlers.pkgwatch.billing.stripe_client import price_of

PAID = tuple(tier for tier in LIMITS if tier != "free")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A user's plan, and the ids that Stripe knows the user by, "" for none."""

    tier: str
    customer: str
    subscription: str


def subscriber(keys: Table, user_id: str) -> Subscriber:
    """The plan of a user as it is now, read from the verified keys and the user's record."""
    items = keys.partition(user_id, consistent=True)
    records = [record for record in key_records(items) if record.get("email_verified") is not False]
    user = user_record(items)

    def stored(name: str) -> str:
        return str(next((record[name] for record in records if record.get(name)), ""))

    return Subscriber(
        tier=tier_of(user, records),
        customer=stored("stripe_customer_id"),
        subscription=stored("stripe_subscription_id"),
    )


def price(tier: str) -> str:
    """The price of a paid plan. Raises 500 ``price_not_configured``."""
    found = price_of(tier)
    if not found:
        raise ApiError(500, "price_not_configured", f"The plan {tier} cannot be bought at the moment.")
    return found


def rank(tier: str) -> int:
    """The order of plans; an unknown one counts as free."""
    return list(LIMITS).index(tier) if tier in LIMITS else 0
