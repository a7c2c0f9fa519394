"""What is the answer to POST /recovery/update-email?"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

import msgspec

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table
from handlers.common.mail import send
from handlers.common.timestamps import iso
from handlers.common.transactions import Cancelled, delete, put, transact, update
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.accounts import users
from handlers.pkgwatch.accounts.api_keys import USER_META, is_key_record
from handlers.pkgwatch.accounts.delivery import deliver
from handlers.pkgwatch.recovery import by_code, recovery_mails, recovery_sessions
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.constant_time import at_least

LIFE = timedelta(hours=24)


class UpdateEmailBody(msgspec.Struct):
    """What is asked."""

    recovery_token: str = ""
    new_email: str = ""


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """Mails a link to the new address, which changes it when followed, and a warning to the old one."""
    body = parse(request, UpdateEmailBody, recovery_token="missing_token", new_email="missing_email")  # noqa: S106
    if not body.recovery_token.strip():
        raise ApiError(400, "missing_token", "Send the recovery_token.")
    if not body.new_email.strip():
        raise ApiError(400, "missing_email", "Send the new_email.")
    email = users.valid_email(body.new_email)
    with at_least(settings().response_floor_seconds):
        return _announce(keys, body.recovery_token.strip(), email, now)


def in_use(keys: Table, email: str, owner: str) -> bool:
    """Whether an address belongs to an account other than ``owner``."""
    found = users.by_email(keys, email)
    return any(item["pk"] != owner and (item["sk"] == USER_META or is_key_record(item["sk"])) for item in found)


def _announce(keys: Table, recovery_token: str, email: str, now: datetime) -> Response:
    recovery = recovery_sessions.by_token(keys, recovery_token, now)
    if not recovery.get("verified") or recovery.get("recovery_method") != by_code.METHOD:
        raise ApiError(400, "session_not_verified", "Show a recovery code first.")
    if recovery.get("email_change_initiated"):
        raise _initiated()
    if in_use(keys, email, recovery["pk"]):
        raise ApiError(400, "email_in_use", "This address belongs to another account.")
    change = _record(keys, recovery, email, now)
    sender, old = settings().verification_email_sender, recovery["email"]
    try:
        send(sender, email, *recovery_mails.confirm_change(settings().api_url, change["change_token"], old))
    except ServiceError:
        _withdraw(keys, recovery, change)
        raise
    deliver(sender, old, recovery_mails.change_announced(email))
    message = "Follow the link in the mail to the new address to confirm it."
    return json_response(200, {"message": message, "masked_new_email": users.masked(email)})


def _record(keys: Table, recovery: dict[str, Any], email: str, now: datetime) -> dict[str, Any]:
    """The change, to be confirmed; a recovery makes one."""
    token = secrets.token_urlsafe(32)
    change = {
        "pk": recovery["pk"],
        "sk": f"EMAIL_CHANGE_{token}",
        "old_email": recovery["email"],
        "new_email": email,
        "change_token": token,
        "recovery_session_sk": recovery["sk"],
        "created_at": iso(now),
        "ttl": int((now + LIFE).timestamp()),
    }
    once = update(
        keys,
        recovery_sessions.key_of(recovery),
        "SET email_change_initiated = :yes, new_email = :email",
        {"yes": True, "email": email},
        "attribute_exists(pk) AND attribute_not_exists(email_change_initiated)",
    )
    try:
        transact(keys.client, [once, put(keys, change, "attribute_not_exists(pk)")])
    except Cancelled as cancelled:
        raise _initiated() from cancelled
    return change


def _withdraw(keys: Table, recovery: dict[str, Any], change: dict[str, Any]) -> None:
    """A link that was never sent must not be the only one."""
    undone = update(
        keys,
        recovery_sessions.key_of(recovery),
        "REMOVE email_change_initiated, new_email",
        {"email": change["new_email"]},
        "new_email = :email",
    )
    transact(keys.client, [undone, delete(keys, (change["pk"], change["sk"]))])


def _initiated() -> ApiError:
    text = "A mail to a new address was sent already. Follow its link, or start again."
    return ApiError(400, "change_already_initiated", text)
