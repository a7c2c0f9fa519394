"""What is the answer to POST /upgrade/confirm?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import stripe as sdk

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import NO_STORE, Response, json_response
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.billing import billing_state
from handlers.pkgwatch.billing.answers import client, log_stripe, unavailable
from handlers.pkgwatch.billing.stripe_client import identifier, subscription_state
from handlers.pkgwatch.billing.upgrade import Upgrade, check_tier, possible

if TYPE_CHECKING:
    from stripe import StripeClient

VALID = 300  # seconds a quote holds


class ConfirmBody(msgspec.Struct):
    """What is asked; ``proration_date`` is the preview's."""

    tier: str
    proration_date: int


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """Changes the plan and charges what the preview said. The same quote is carried out once, however often it is
    confirmed."""
    stripe = client()
    session = sessions.read(request, now)
    wanted = parse(request, ConfirmBody, tier="invalid_tier", proration_date="invalid_proration_date")
    tier = check_tier(wanted.tier)
    _check_quote(wanted.proration_date, now)
    try:
        upgrade = possible(keys, stripe, session.user_id, tier)
        changed = _change(stripe, session.user_id, upgrade, wanted.proration_date)
    except sdk.StripeError as error:
        log_stripe(error)
        raise _refused(error) from error
    _keep(keys, session.user_id, tier, changed)
    invoice = changed.get("latest_invoice") or {}
    body = {
        "success": True,
        "new_tier": tier,
        "amount_charged_cents": invoice.get("amount_paid", 0) if isinstance(invoice, dict) else 0,
        "invoice_id": identifier(invoice) or None,
    }
    return json_response(200, body, {"Cache-Control": NO_STORE})


def _check_quote(proration_date: int, now: datetime) -> None:
    age = now.timestamp() - proration_date
    if age < 0:
        raise ApiError(400, "invalid_proration_date", "The proration date lies in the future.")
    if age > VALID:
        raise ApiError(400, "proration_date_expired", "The preview is too old. Ask for a new one.")


def _change(stripe: StripeClient, user_id: str, upgrade: Upgrade, proration_date: int) -> dict[str, Any]:
    """The subscription afterwards, with its latest invoice inside."""
    changed = stripe.v1.subscriptions.update(
        upgrade.state.id,
        {
            "items": [{"id": upgrade.state.item_id, "price": upgrade.price}],
            "proration_behavior": "always_invoice",
            "proration_date": proration_date,
            "payment_behavior": "error_if_incomplete",
            "cancel_at_period_end": False,
            "expand": ["latest_invoice"],
        },
        {"idempotency_key": f"upgrade-{user_id}-{upgrade.tier}-{proration_date}"},
    )
    return changed.to_dict()


def _keep(keys: Table, user_id: str, tier: str, changed: dict[str, Any]) -> None:
    """The user has paid: a table that fails now is no reason to say otherwise, and Stripe's event follows."""
    try:
        state = subscription_state(changed)
        billing_state.write(
            keys,
            user_id,
            tier=tier,
            cancellation_pending=False,
            cancellation_date=None,
            current_period_start=state.period_start,
            current_period_end=state.period_end,
            payment_failures=0,
        )
    except (*ServiceError, KeyError, TypeError):
        logger.exception("A paid change of plan was not stored", extra={"user_id": user_id, "tier": tier})


def _refused(error: sdk.StripeError) -> ApiError:
    if isinstance(error, sdk.CardError):
        return ApiError(402, "payment_failed", "The card was declined. Change it and try again.")
    if isinstance(error, sdk.InvalidRequestError):
        return ApiError(400, "invalid_request", "The subscription cannot be changed like this. Ask for a new preview.")
    if isinstance(error, sdk.APIError | sdk.APIConnectionError):
        return ApiError(503, "stripe_unavailable", "The payment service does not answer. Please try again later.")
    return unavailable()
