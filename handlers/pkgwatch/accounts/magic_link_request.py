"""What is the answer to POST /auth/magic-link?"""

from __future__ import annotations

from datetime import datetime

import msgspec

from handlers.common.dynamodb import Table
from handlers.common.web.body import parse
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.accounts import magic_links, mails, users
from handlers.pkgwatch.accounts.delivery import deliver
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.constant_time import at_least


class MagicLinkBody(msgspec.Struct):
    """What is asked."""

    email: str


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """Mails a login to an address that has an account; the answer does not say whether it has."""
    email = users.valid_email(parse(request, MagicLinkBody, email="invalid_email").email)
    with at_least(settings().response_floor_seconds):
        record = magic_links.bearer(users.by_email(keys, email))
        token = magic_links.issue(keys, record, now) if record else None
        if token:
            deliver(settings().login_email_sender, email, mails.magic_link(settings().api_url, token))
    return json_response(200, {"message": "If the address has an account, a link to log in is on its way."})
