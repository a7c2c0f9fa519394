"""POST /billing-portal/create: opens Stripe's billing portal."""

from __future__ import annotations

from typing import Any

from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.billing.stripe_errors import configured_stripe, refusals
from handlers.pkgwatch.billing.subscribers import subscriber
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """The address where a customer can see invoices, change the card and cancel."""
    stripe = configured_stripe()
    session = sessions.read(call.request, call.now)
    customer = subscriber(tables.api_keys(), session.user_id).customer
    if not customer:
        raise ApiError(400, "no_subscription", "You have not bought a plan yet.")
    with refusals():
        made = stripe.v1.billing_portal.sessions.create(
            {"customer": customer, "return_url": f"{settings().base_url}/dashboard?portal_return=1"}
        )
    return json_response(200, {"portal_url": made.url})


ROUTES: Routes[Call] = {"POST /billing-portal/create": answer}
