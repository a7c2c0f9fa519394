"""POST /recovery/verify-api-key: mails a login link to the account that an API key belongs to."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.timestamps import iso
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import magic_links, users
from handlers.pkgwatch.accounts.api_keys import PREFIX, key_hash
from handlers.pkgwatch.accounts.mail_delivery import deliver
from handlers.pkgwatch.recovery import recovery_mails, recovery_sessions
from handlers.pkgwatch.recovery.recovery_sessions import BY_API_KEY
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API
from handlers.pkgwatch.web.constant_time import at_least
from handlers.pkgwatch.web.fields import required


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


class VerifyApiKeyBody(msgspec.Struct):
    """The request's body."""

    recovery_session_id: str = ""
    api_key: str = ""


def answer(call: Call) -> Response:
    """Mails the link to the account's address: a key proves less than a recovery code, and changes nothing."""
    body = parse(call.request, VerifyApiKeyBody, recovery_session_id="missing_session", api_key="missing_api_key")
    session_id = required(body.recovery_session_id, "missing_session", "Send the recovery_session_id.")
    clear = required(body.api_key, "missing_api_key", "Send an API key of the account.")
    if not clear.startswith(PREFIX):
        raise ApiError(400, "invalid_api_key", f"An API key starts with {PREFIX}.")
    with at_least(settings().response_floor_seconds):
        return _verify(tables.api_keys(), session_id, clear, call.now)


def _verify(keys: Table, session_id: str, clear: str, now: datetime) -> Response:
    found = users.key_records(keys.query("key-hash-index", "key_hash", key_hash(clear)))
    if not found:
        raise _mismatch()
    recovery = recovery_sessions.by_id(keys, session_id, now)
    record = found[0]
    if record["pk"] != recovery["pk"] or record.get("email") != recovery.get("email"):
        raise _mismatch()
    _mark_verified(keys, recovery, now)
    token = magic_links.issue(keys, record, now, "recovery_link_sent_at")
    if token:
        mail = recovery_mails.recovered_by_key(settings().api_url, token)
        deliver(settings().login_email_sender, record["email"], mail)
    message = "A link to log in is on its way to the address of the account."
    return json_response(200, {"message": message, "method": BY_API_KEY})


def _mark_verified(keys: Table, recovery: dict[str, Any], now: datetime) -> None:
    with suppress(ConditionFailed):  # a recovery code was verified already, which proves more
        keys.update(
            recovery_sessions.key_of(recovery),
            "SET verified = :yes, recovery_method = :method, verified_at = :now",
            {"yes": True, "method": BY_API_KEY, "now": iso(now)},
            "attribute_exists(pk) AND attribute_not_exists(recovery_token)",
        )


def _mismatch() -> ApiError:
    return ApiError(400, "invalid_credentials", "This key does not belong to the account.")


ROUTES: Routes[Call] = {"POST /recovery/verify-api-key": answer}
