"""POST /checkout/create: starts the purchase of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.accounts.sessions import Session
from handlers.pkgwatch.billing.stripe_errors import configured_stripe, refusals
from handlers.pkgwatch.billing.subscribers import PAID, Subscriber, price, rank, subscriber
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


class CheckoutBody(msgspec.Struct):
    """The request's body."""

    tier: str


def answer(call: Call) -> Response:
    """The address of Stripe's checkout. A subscriber has to change the plan instead."""
    stripe = configured_stripe()
    session = sessions.read(call.request, call.now)
    tier = parse(call.request, CheckoutBody, tier="invalid_tier").tier
    if tier not in PAID:
        raise ApiError(400, "invalid_tier", f"Choose one of the plans {', '.join(PAID)}.")
    buyer = subscriber(tables.api_keys(), session.user_id)
    if buyer.subscription:
        raise ApiError(409, "upgrade_required", "You have a subscription. Change it instead of buying another.")
    price_id = price(tier)
    if rank(tier) <= rank(buyer.tier):
        raise ApiError(400, "invalid_upgrade", f"You have the plan {buyer.tier}, which is no smaller.")
    with refusals():
        made = stripe.v1.checkout.sessions.create(_session(session, buyer, tier, price_id, settings().base_url))
    return json_response(200, {"checkout_url": made.url})


def _session(session: Session, buyer: Subscriber, tier: str, price_id: str, base_url: str) -> SessionCreateParams:
    metadata = {"user_id": session.user_id, "tier": tier}
    params: SessionCreateParams = {
        "mode": "subscription",
        "line_items": [{"price": price_id, "quantity": 1}],
        "success_url": f"{base_url}/dashboard?upgraded=true",
        "cancel_url": f"{base_url}/pricing?cancelled=true",
        "client_reference_id": session.user_id,
        "metadata": metadata,
        "subscription_data": {"metadata": metadata},
        "allow_promotion_codes": True,
    }
    if buyer.customer:
        params["customer"] = buyer.customer
    else:
        params["customer_email"] = session.email
    return params


ROUTES: Routes[Call] = {"POST /checkout/create": answer}
