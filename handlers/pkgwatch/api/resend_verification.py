"""POST /auth/resend-verification: sends the verification link again."""

from __future__ import annotations

from typing import Any

import msgspec

from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import mails, pending_signups
from handlers.pkgwatch.accounts.mail_delivery import deliver
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API
from handlers.pkgwatch.web.constant_time import at_least


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


class ResendBody(msgspec.Struct):
    """The request's body."""

    email: str


def answer(call: Call) -> Response:
    """Mails a new link to an address with a pending sign-up; the response does not say whether it has one."""
    email = parse(call.request, ResendBody, email="invalid_email").email.strip().lower()
    if "@" not in email:
        raise ApiError(400, "invalid_email", "Send an e-mail address such as name@example.com.")
    with at_least(settings().response_floor_seconds):
        token = pending_signups.renew(tables.api_keys(), email, call.now)
        if token:
            deliver(settings().verification_email_sender, email, mails.verification(settings().api_url, token))
    return json_response(200, {"message": "If the address waits to be verified, a new link is on its way."})


ROUTES: Routes[Call] = {"POST /auth/resend-verification": answer}
