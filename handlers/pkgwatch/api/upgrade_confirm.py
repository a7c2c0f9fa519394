"""POST /upgrade/confirm: changes a subscriber's plan."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.billing import billing_state
from handlers.pkgwatch.billing.order import Moment
from handlers.pkgwatch.billing.stripe_client import identifier, moment_of, subscription_state
from handlers.pkgwatch.billing.stripe_errors import configured_stripe, log_stripe, unavailable
from handlers.pkgwatch.billing.stripe_sdk import stripe as sdk
from handlers.pkgwatch.billing.upgrade import Upgrade, check_tier, possible
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.api import API

if TYPE_CHECKING:
    from stripe import StripeClient

VALID = 300  # seconds a quote holds


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


class ConfirmBody(msgspec.Struct):
    """The request's body; ``proration_date`` is the preview's."""

    tier: str
    proration_date: int


def answer(call: Call) -> Response:
    """Changes the plan and charges the amount of the preview, once, however often the same preview is confirmed."""
    stripe, keys = configured_stripe(), tables.api_keys()
    session = sessions.read(call.request, call.now)
    body = parse(call.request, ConfirmBody, tier="invalid_tier", proration_date="invalid_proration_date")
    tier = check_tier(body.tier)
    _check_quote(body.proration_date, call.now)
    try:
        upgrade = possible(keys, stripe, session.user_id, tier)
        changed = _change(stripe, session.user_id, upgrade, body.proration_date)
    except sdk.StripeError as error:
        log_stripe(error)
        raise _response_to(error) from error
    _store(keys, session.user_id, tier, changed.to_dict(), moment_of(changed))
    invoice = changed.to_dict().get("latest_invoice") or {}
    changes = {
        "success": True,
        "new_tier": tier,
        "amount_charged_cents": invoice.get("amount_paid", 0) if isinstance(invoice, dict) else 0,
        "invoice_id": identifier(invoice) or None,
    }
    return json_response(200, changes)


def _check_quote(proration_date: int, now: datetime) -> None:
    age = now.timestamp() - proration_date
    if age < 0:
        raise ApiError(400, "invalid_proration_date", "The proration date lies in the future.")
    if age > VALID:
        raise ApiError(400, "proration_date_expired", "The preview is too old. Ask for a new one.")


def _change(stripe: StripeClient, user_id: str, upgrade: Upgrade, proration_date: int) -> sdk.Subscription:
    """The subscription afterwards, with its latest invoice inside."""
    return stripe.v1.subscriptions.update(
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


def _store(keys: Table, user_id: str, tier: str, changed: dict[str, Any], moment: Moment | None = None) -> None:
    """Best effort: the user has paid, and Stripe's event about it follows."""
    try:
        state = subscription_state(changed)
        billing_state.write(
            keys,
            user_id,
            moment,
            tier=tier,
            cancellation_pending=False,
            cancellation_date=None,
            current_period_start=state.period_start,
            current_period_end=state.period_end,
            payment_failures=0,
        )
    except (*ServiceError, KeyError, TypeError):
        logger.exception("A paid change of plan was not stored", extra={"user_id": user_id, "tier": tier})


def _response_to(error: sdk.StripeError) -> ApiError:
    if isinstance(error, sdk.CardError):
        return ApiError(402, "payment_failed", "The card was declined. Change it and try again.")
    if isinstance(error, sdk.InvalidRequestError):
        return ApiError(400, "invalid_request", "The subscription cannot be changed like this. Ask for a new preview.")
    if isinstance(error, sdk.APIError | sdk.APIConnectionError):
        return ApiError(503, "stripe_unavailable", "The payment service does not answer. Please try again later.")
    return unavailable()


ROUTES: Routes[Call] = {"POST /upgrade/confirm": answer}
