"""What is the answer to POST /auth/resend-verification?"""

from __future__ import annotations

from datetime import datetime

import msgspec

from handlers.common.dynamodb import Table
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.accounts import mails, pending_signups
from handlers.pkgwatch.accounts.delivery import deliver
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.constant_time import at_least


class ResendBody(msgspec.Struct):
    """What is asked."""

    email: str


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """Mails a new verification link to an address that waits for one; the answer does not say whether it does."""
    email = parse(request, ResendBody, email="invalid_email").email.strip().lower()
    if "@" not in email:
        raise ApiError(400, "invalid_email", "Send an e-mail address such as name@example.com.")
    with at_least(settings().response_floor_seconds):
        token = pending_signups.renew(keys, email, now)
        if token:
            deliver(settings().verification_email_sender, email, mails.verification(settings().api_url, token))
    return json_response(200, {"message": "If the address waits to be verified, a new link is on its way."})
