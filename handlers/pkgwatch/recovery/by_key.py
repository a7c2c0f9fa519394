"""What is the answer to POST /recovery/verify-api-key?"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.timestamps import iso
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.accounts import magic_links, users
from handlers.pkgwatch.accounts.api_keys import PREFIX, key_hash
from handlers.pkgwatch.accounts.delivery import deliver
from handlers.pkgwatch.recovery import recovery_mails, recovery_sessions
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.constant_time import at_least

METHOD = "api_key"


class ByKeyBody(msgspec.Struct):
    """What is asked."""

    recovery_session_id: str = ""
    api_key: str = ""


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """Mails a login to the account's address: a key proves less than a recovery code, and changes nothing."""
    body = parse(request, ByKeyBody, recovery_session_id="missing_session", api_key="missing_api_key")
    session_id, clear = body.recovery_session_id.strip(), body.api_key.strip()
    if not session_id:
        raise ApiError(400, "missing_session", "Send the recovery_session_id.")
    if not clear:
        raise ApiError(400, "missing_api_key", "Send an API key of the account.")
    if not clear.startswith(PREFIX):
        raise ApiError(400, "invalid_api_key", f"An API key starts with {PREFIX}.")
    with at_least(settings().response_floor_seconds):
        return _verify(keys, session_id, clear, now)


def _verify(keys: Table, session_id: str, clear: str, now: datetime) -> Response:
    found = users.key_records(keys.query("key-hash-index", "key_hash", key_hash(clear)))
    if not found:
        raise _mismatch()
    recovery = recovery_sessions.by_id(keys, session_id, now)
    record = found[0]
    if record["pk"] != recovery["pk"] or record.get("email") != recovery.get("email"):
        raise _mismatch()
    _mark(keys, recovery, now)
    token = magic_links.issue(keys, record, now, "recovery_link_sent_at")
    if token:
        mail = recovery_mails.recovered_by_key(settings().api_url, token)
        deliver(settings().login_email_sender, record["email"], mail)
    message = "A link to log in is on its way to the address of the account."
    return json_response(200, {"message": message, "method": METHOD})


def _mark(keys: Table, recovery: dict[str, Any], now: datetime) -> None:
    with suppress(ConditionFailed):  # a recovery code was shown already, which proves more
        keys.update(
            recovery_sessions.key_of(recovery),
            "SET verified = :yes, recovery_method = :method, verified_at = :now",
            {"yes": True, "method": METHOD, "now": iso(now)},
            "attribute_exists(pk) AND attribute_not_exists(recovery_token)",
        )


def _mismatch() -> ApiError:
    return ApiError(400, "invalid_credentials", "This key does not belong to the account.")
