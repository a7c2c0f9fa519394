"""The client of Stripe's SDK, and what a subscription at Stripe means for its user.

The SDK is imported on first use: 0.4 s of a cold start, which only the functions that talk to Stripe pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from handlers.common.secrets import secret
from handlers.pkgwatch.billing.order import CHANGED, ENDED, Moment
from handlers.pkgwatch.runtime.settings import settings

if TYPE_CHECKING:
    from stripe import StripeClient, Subscription

# A function behind the API has 30 s: two tries of this leave time to answer. The SDK's own timeout is 80 s.
_TIMEOUT = (3.0, 9.0)  # seconds to connect, and between two packets
_RETRIES = 1
_ENTITLED = ("active", "trialing")
_OVER = ("canceled", "incomplete_expired")


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """What a Stripe subscription means for its user. ``tier`` is None for a price we do not know; the period is
    in epoch seconds, None if it is not known; ``ends_at`` is the moment a subscription is cancelled for."""

    id: str
    customer: str
    status: str
    tier: str | None
    item_id: str
    period_start: int | None
    period_end: int | None
    cancels: bool
    ends_at: int | None = None

    @property
    def entitled(self) -> bool:
        """Whether the plan may be used."""
        return self.status in _ENTITLED

    @property
    def cancellation_date(self) -> int | None:
        """When a cancelled subscription ends, None if it goes on."""
        return (self.ends_at or self.period_end) if self.cancels else None


def stripe() -> StripeClient:
    """The SDK's client, at its own API version. Raises `handlers.common.secrets.SecretUnavailable`; its calls
    raise ``stripe.StripeError``."""
    return _client(secret(settings().stripe_secret_arn, "key"), settings().stripe_api_base)


@lru_cache(maxsize=1)  # the secret may be rotated while the container lives
def _client(key: str, base: str) -> StripeClient:
    from handlers.pkgwatch.billing.stripe_sdk import Urllib3Client
    from handlers.pkgwatch.billing.stripe_sdk import stripe as sdk

    return sdk.StripeClient(
        key,
        base_addresses={"api": base} if base else {},
        max_network_retries=_RETRIES,
        http_client=Urllib3Client(*_TIMEOUT),
    )


def price_of(tier: str) -> str:
    """The price id of a paid plan, "" if none is set."""
    return _prices().get(tier, "")


def tier_of(price_id: str | None) -> str | None:
    """The plan a price is for, None if it is not one of ours."""
    return next((tier for tier, price in _prices().items() if price and price == price_id), None)


def subscription_state(subscription: Mapping[str, Any]) -> SubscriptionState:
    """Reads a subscription as the SDK returns it or a webhook sends it, whose API version may be older: before
    2025-03-31 the period was the subscription's own, and is each item's since. KeyError or TypeError if it is none."""
    item = next(iter(subscription["items"]["data"]), None) or {}
    ends_at = subscription.get("cancel_at")
    return SubscriptionState(
        id=subscription["id"],
        customer=identifier(subscription["customer"]),
        status=subscription["status"],
        tier=tier_of(item["price"]["id"]) if item else None,
        item_id=item["id"] if item else "",
        period_start=item.get("current_period_start", subscription.get("current_period_start")),
        period_end=item.get("current_period_end", subscription.get("current_period_end")),
        cancels=bool(subscription.get("cancel_at_period_end") or ends_at),
        ends_at=ends_at,
    )


def read_subscription(client: StripeClient, subscription: str) -> tuple[SubscriptionState, Moment | None]:
    """A subscription as Stripe has it now, and the moment of that. Raises ``stripe.StripeError``, and as
    `subscription_state`."""
    found = client.v1.subscriptions.retrieve(subscription)
    state = subscription_state(found.to_dict())
    return state, moment_of(found)


def moment_of(answer: Subscription) -> Moment | None:
    """When Stripe answered with a subscription, by its own clock; None if the answer does not say."""
    sent = answer.last_response.headers.get("Date") if answer.last_response else None
    try:
        at = int(parsedate_to_datetime(sent or "").timestamp())
    except ValueError:
        return None
    return Moment(at, answer.id, ENDED if answer.status in _OVER else CHANGED)


def identifier(reference: Any) -> str:
    """The id in a field that holds either the id or the object itself; "" for neither."""
    if isinstance(reference, str):
        return reference
    return str(reference["id"]) if reference else ""


def _prices() -> dict[str, str]:
    known = settings()
    return {
        "starter": known.stripe_price_starter,
        "pro": known.stripe_price_pro,
        "business": known.stripe_price_business,
    }
