"""What is the answer to POST /checkout/create?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from handlers.common.dynamodb import Table
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import NO_STORE, Response, json_response
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.accounts.sessions import Session
from handlers.pkgwatch.billing.answers import PAID, Subscriber, client, price, rank, refusals, subscriber

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams


class CheckoutBody(msgspec.Struct):
    """What is asked."""

    tier: str


def answer(request: Request, keys: Table, base_url: str, now: datetime) -> Response:
    """Where the user can pay for a plan. Who pays for one already has to change that one."""
    stripe = client()
    session = sessions.read(request, now)
    tier = parse(request, CheckoutBody, tier="invalid_tier").tier
    if tier not in PAID:
        raise ApiError(400, "invalid_tier", f"Choose one of the plans {', '.join(PAID)}.")
    known = subscriber(keys, session.user_id)
    if known.subscription:
        raise ApiError(409, "upgrade_required", "You have a subscription. Change it instead of buying another.")
    wanted = price(tier)
    if rank(tier) <= rank(known.tier):
        raise ApiError(400, "invalid_upgrade", f"You have the plan {known.tier}, which is no smaller.")
    with refusals():
        made = stripe.v1.checkout.sessions.create(_session(session, known, tier, wanted, base_url))
    return json_response(200, {"checkout_url": made.url}, {"Cache-Control": NO_STORE})


def _session(session: Session, known: Subscriber, tier: str, wanted: str, base_url: str) -> SessionCreateParams:
    told = {"user_id": session.user_id, "tier": tier}
    params: SessionCreateParams = {
        "mode": "subscription",
        "line_items": [{"price": wanted, "quantity": 1}],
        "success_url": f"{base_url}/dashboard?upgraded=true",
        "cancel_url": f"{base_url}/pricing?cancelled=true",
        "client_reference_id": session.user_id,
        "metadata": told,
        "subscription_data": {"metadata": told},
        "allow_promotion_codes": True,
    }
    if known.customer:
        params["customer"] = known.customer
    else:
        params["customer_email"] = session.email
    return params
