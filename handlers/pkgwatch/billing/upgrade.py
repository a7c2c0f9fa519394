"""The check whether a user may change to a plan, with the subscription as Stripe has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.common.dynamodb import Table
from handlers.common.web.errors import ApiError
from handlers.pkgwatch.billing.stripe_client import SubscriptionState, subscription_state
from handlers.pkgwatch.billing.subscribers import PAID, price, rank, subscriber

if TYPE_CHECKING:
    from stripe import StripeClient

TIERS = PAID[1:]  # what users can change to; the smallest paid plan is bought


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A possible change, from the plan ``current`` to ``tier`` at ``price``; ``state`` is Stripe's."""

    current: str
    tier: str
    price: str
    state: SubscriptionState


def check_tier(tier: str) -> str:
    """A plan that users can change to. Raises 400 ``invalid_tier``."""
    if tier not in TIERS:
        raise ApiError(400, "invalid_tier", f"Choose one of the plans {', '.join(TIERS)}.")
    return tier


def possible(keys: Table, stripe: StripeClient, user_id: str, tier: str) -> Upgrade:
    """The change of a user to a plan. Raises 500 ``price_not_configured``, 400 ``no_active_subscription``,
    ``same_tier``, ``downgrade_not_allowed`` or ``subscription_invalid``, 402 ``payment_required``, and
    ``stripe.StripeError``."""
    price_id = price(tier)
    known = subscriber(keys, user_id)
    if not known.subscription:
        raise ApiError(400, "no_active_subscription", "You have no subscription. Buy a plan instead.")
    _upwards(known.tier, tier)
    state = subscription_state(stripe.v1.subscriptions.retrieve(known.subscription).to_dict())
    if state.status == "past_due":
        raise ApiError(402, "payment_required", "A payment is due. Pay it before you change the plan.")
    if not state.entitled or not state.item_id:
        raise ApiError(400, "subscription_invalid", "The subscription is not active. Buy a plan instead.")
    # What is stored may be behind: a user must not pay twice for one change.
    _upwards(state.tier or known.tier, tier)
    return Upgrade(known.tier, tier, price_id, state)


def _upwards(current: str, tier: str) -> None:
    if current == tier:
        raise ApiError(400, "same_tier", f"You have the plan {tier}.")
    if rank(tier) < rank(current):
        raise ApiError(400, "downgrade_not_allowed", f"You have the plan {current}, which is larger.")
