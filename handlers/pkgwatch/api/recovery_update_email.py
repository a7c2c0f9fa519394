"""POST /recovery/update-email: requests another e-mail address for an account that is being recovered."""

from __future__ import annotations

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
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import users
from handlers.pkgwatch.accounts.mail_delivery import deliver
from handlers.pkgwatch.accounts.tokens import new_token
from handlers.pkgwatch.recovery import recovery_mails, recovery_sessions
from handlers.pkgwatch.recovery.recovery_sessions import BY_CODE
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API
from handlers.pkgwatch.web.constant_time import at_least
from handlers.pkgwatch.web.fields import required

LIFE = timedelta(hours=24)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


class UpdateEmailBody(msgspec.Struct):
    """The request's body."""

    recovery_token: str = ""
    new_email: str = ""


def answer(call: Call) -> Response:
    """Mails a link to the new address, which changes it when it is followed, and a warning to the old one."""
    body = parse(call.request, UpdateEmailBody, recovery_token="missing_token", new_email="missing_email")  # noqa: S106
    token = required(body.recovery_token, "missing_token", "Send the recovery_token.")
    email = users.valid_email(required(body.new_email, "missing_email", "Send the new_email."))
    with at_least(settings().response_floor_seconds):
        return _request_change(tables.api_keys(), token, email, call.now)


def _request_change(keys: Table, recovery_token: str, email: str, now: datetime) -> Response:
    recovery = recovery_sessions.by_token(keys, recovery_token, now)
    if not recovery.get("verified") or recovery.get("recovery_method") != BY_CODE:
        raise ApiError(400, "session_not_verified", "Show a recovery code first.")
    if recovery.get("email_change_initiated"):
        raise _already_initiated()
    if users.email_in_use(keys, email, recovery["pk"]):
        raise ApiError(400, "email_in_use", "This address belongs to another account.")
    change = _store(keys, recovery, email, now)
    sender, old = settings().verification_email_sender, recovery["email"]
    try:
        send(sender, email, *recovery_mails.confirm_change(settings().api_url, change["change_token"], old))
    except ServiceError:
        _withdraw(keys, recovery, change)
        raise
    deliver(sender, old, recovery_mails.change_requested(email))
    message = "Follow the link in the mail to the new address to confirm it."
    return json_response(200, {"message": message, "masked_new_email": users.masked(email)})


def _store(keys: Table, recovery: dict[str, Any], email: str, now: datetime) -> dict[str, Any]:
    """Stores the change that is to be confirmed; a recovery makes one at most."""
    token = new_token()
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
        raise _already_initiated() from cancelled
    return change


def _withdraw(keys: Table, recovery: dict[str, Any], change: dict[str, Any]) -> None:
    """Removes a change whose link was not sent, so that another can be requested."""
    undone = update(
        keys,
        recovery_sessions.key_of(recovery),
        "REMOVE email_change_initiated, new_email",
        {"email": change["new_email"]},
        "new_email = :email",
    )
    transact(keys.client, [undone, delete(keys, (change["pk"], change["sk"]))])


def _already_initiated() -> ApiError:
    text = "A mail to a new address was sent already. Follow its link, or start again."
    return ApiError(400, "change_already_initiated", text)


ROUTES: Routes[Call] = {"POST /recovery/update-email": answer}
