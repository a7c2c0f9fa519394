"""What do the functions that sell have in common?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import stripe as sdk

from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.common.secrets import SecretUnavailable
from handlers.common.web.errors import ApiError
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.billing.stripe_client import price_of, stripe
from handlers.pkgwatch.usage.plans import LIMITS

if TYPE_CHECKING:
    from stripe import StripeClient

PAID = tuple(tier for tier in LIMITS if tier != "free")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """What is stored of a user's plan: ids of Stripe, "" where there is none."""

    tier: str
    customer: str
    subscription: str


def client() -> StripeClient:
    """Stripe. Raises 500 ``stripe_not_configured``."""
    try:
        return stripe()
    except SecretUnavailable as error:
        logger.error("Stripe cannot be asked: %s", error)
        raise ApiError(500, "stripe_not_configured", "Payments are not set up. Please try again later.") from error


def subscriber(keys: Table, user_id: str) -> Subscriber:
    """The plan of a user as it stands now, read from the verified keys and the user's record."""
    items = keys.partition(user_id, consistent=True)
    records = [record for record in key_records(items) if record.get("email_verified") is not False]
    user = next((item for item in items if item["sk"] == USER_META), {})

    def stored(name: str) -> str:
        return str(next((record[name] for record in records if record.get(name)), ""))

    return Subscriber(
        tier=user.get("tier") or stored("tier") or "free",
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


@contextmanager
def refusals() -> Iterator[None]:
    """What Stripe refuses becomes 500 ``stripe_error``."""
    try:
        yield
    except sdk.StripeError as error:
        log_stripe(error)
        raise unavailable() from error


def log_stripe(error: sdk.StripeError) -> None:
    """Logs what Stripe said, without its text: that may repeat what was sent."""
    extra = {"kind": type(error).__name__, "status": error.http_status, "stripe_code": error.code}
    logger.error("Stripe refused a call", extra={**extra, "stripe_request": error.request_id})


def unavailable() -> ApiError:
    """Stripe did not do what it was asked."""
    return ApiError(500, "stripe_error", "The payment service did not answer as expected. Please try again.")
