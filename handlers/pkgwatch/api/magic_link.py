"""POST /auth/magic-link: mails a login link."""

from __future__ import annotations

from typing import Any

import msgspec

from handlers.common.web.body import parse
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import magic_links, mails, users
from handlers.pkgwatch.accounts.mail_delivery import deliver
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API
from handlers.pkgwatch.web.constant_time import at_least


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


class MagicLinkBody(msgspec.Struct):
    """The request's body."""

    email: str


def answer(call: Call) -> Response:
    """Mails a login link to an address that has an account; the response does not say whether it has one."""
    email = users.valid_email(parse(call.request, MagicLinkBody, email="invalid_email").email)
    with at_least(settings().response_floor_seconds):
        keys = tables.api_keys()
        record = magic_links.token_record(users.by_email(keys, email))
        token = magic_links.issue(keys, record, call.now) if record else None
        if token:
            deliver(settings().login_email_sender, email, mails.magic_link(settings().api_url, token))
    return json_response(200, {"message": "If the address has an account, a link to log in is on its way."})


ROUTES: Routes[Call] = {"POST /auth/magic-link": answer}
