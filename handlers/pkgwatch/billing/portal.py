"""What is the answer to POST /billing-portal/create?"""

from __future__ import annotations

from datetime import datetime

from handlers.common.dynamodb import Table
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import NO_STORE, Response, json_response
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.billing.answers import client, refusals, subscriber


def answer(request: Request, keys: Table, base_url: str, now: datetime) -> Response:
    """Where a customer can see invoices, change the card and cancel."""
    stripe = client()
    session = sessions.read(request, now)
    customer = subscriber(keys, session.user_id).customer
    if not customer:
        raise ApiError(400, "no_subscription", "You have not bought a plan yet.")
    with refusals():
        made = stripe.v1.billing_portal.sessions.create(
            {"customer": customer, "return_url": f"{base_url}/dashboard?portal_return=1"}
        )
    return json_response(200, {"portal_url": made.url}, {"Cache-Control": NO_STORE})
