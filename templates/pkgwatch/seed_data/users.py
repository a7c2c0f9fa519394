"""The seeded users and their API keys.

One user a plan, as if each had signed up, verified the address and, for the paid ones, subscribed. Customer and
subscription numbers are made up: Stripe does not know them, but an event that names them finds the user.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from pkgops.seeds import SeedContext, SeedItem

# Requests a month: the documented plans.
PLANS = {"free": 5_000, "starter": 25_000, "pro": 100_000, "business": 500_000}
TABLE = "storage.ApiKeysTableName"

_DAY = 86_400
_PERIOD = 30 * _DAY


def items(context: SeedContext) -> Iterator[SeedItem]:
    """A ``USER_META`` item a plan, with the key item that is written together with it."""
    for plan in PLANS:
        email = f"{plan}@example.com"
        key = "pw_" + context.secret(plan)
        yield SeedItem(
            table=TABLE,
            item=_account(context, plan, email),
            label=f"user {email}",
            kind="user",
            reveal={"API key": key},
            related=(_key(context, plan, email, key),),
        )


def user_id(email: str) -> str:
    """The partition key of everything that belongs to an address."""
    return "user_" + _sha256(email.lower())[:16]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _account(context: SeedContext, plan: str, email: str) -> dict[str, Any]:
    return {
        "pk": user_id(email),
        "sk": "USER_META",
        "email": email,
        "key_count": 1,
        "requests_this_month": 0,
        "total_packages_scanned": 0,
        "bonus_requests": 0,
        "bonus_requests_lifetime": 0,
        # Eight letters and digits, the same on every run; sign-up draws its codes.
        "referral_code": _sha256(f"referral {email}")[:8],
        "referral_total": 0,
        "referral_pending_count": 0,
        "referral_paid": 0,
        "referral_retained": 0,
        "referral_rewards_earned": 0,
        "created_at": context.now,
        **_billing(context, plan),
    }


def _key(context: SeedContext, plan: str, email: str, key: str) -> dict[str, Any]:
    item = {
        "pk": user_id(email),
        "sk": _sha256(key),
        "key_hash": _sha256(key),
        "key_suffix": key[-8:],
        "key_name": "Seeded key",
        "email": email,
        "email_verified": True,
        "requests_this_month": 0,
        "created_at": context.now,
        **_billing(context, plan),
    }
    if plan != "free":
        item["stripe_customer_id"] = f"cus_seed_{plan}"
        item["stripe_subscription_id"] = f"sub_seed_{plan}"
        item["last_reset_period_start"] = item["current_period_start"]
    return item


def _billing(context: SeedContext, plan: str) -> dict[str, Any]:
    """The fields that the account and its keys share; periods are epoch seconds, as Stripe sends them."""
    common = {"tier": plan, "monthly_limit": PLANS[plan], "payment_failures": 0}
    if plan == "free":
        return common
    return common | {
        "tier_updated_at": context.now,
        "cancellation_pending": False,
        "current_period_start": context.epoch,
        "current_period_end": context.epoch + _PERIOD,
    }
