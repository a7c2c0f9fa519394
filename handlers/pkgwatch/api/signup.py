"""POST /signup: opens an account, once its e-mail address is verified."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from handlers.common.dynamodb import Table
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import magic_links, mails, pending_signups, users
from handlers.pkgwatch.accounts.disposable_domains import is_disposable
from handlers.pkgwatch.accounts.mail_delivery import deliver
from handlers.pkgwatch.referrals.referral_codes import resolve
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API
from handlers.pkgwatch.web.constant_time import at_least


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


class SignupBody(msgspec.Struct):
    """The request's body. A referral code that is not valid is ignored, whatever its type."""

    email: str
    referral_code: object = None


def answer(call: Call) -> Response:
    """Mails a verification link, or a login link if there is an account; the response does not say which."""
    body = parse(call.request, SignupBody, email="invalid_email")
    email = users.valid_email(body.email)
    if is_disposable(email):
        raise ApiError(400, "disposable_email", "Sign up with an address that lasts.")
    with at_least(settings().response_floor_seconds):
        _sign_up(tables.api_keys(), email, body.referral_code, call.now)
    return json_response(200, {"message": "Look into your mailbox: a link is on its way."})


def _sign_up(keys: Table, email: str, referral_code: object, now: datetime) -> None:
    sender, api_url = settings().verification_email_sender, settings().api_url
    records = users.key_records(users.by_email(keys, email))
    verified = next((record for record in records if record.get("email_verified") is True), None)
    if verified:
        token = magic_links.issue(keys, verified, now, sent_at="signup_link_sent_at")
        if token:
            deliver(sender, email, mails.sign_in_instead(api_url, token))
    elif users.read_user_record(keys, users.user_id(email)) is None:  # else the account has moved to another address
        code = referral_code.strip() if isinstance(referral_code, str) else ""
        token = pending_signups.begin(keys, email, code if code and resolve(keys, code) else None, now)
        if token:
            deliver(sender, email, mails.verification(api_url, token))


ROUTES: Routes[Call] = {"POST /signup": answer}
