"""GET /recovery/confirm-email: changes the e-mail address of a recovered account.

Whoever had the account before has sessions, perhaps recoveries under way, and API keys. The first two end here; keys
may be in use, so their owner is asked (`GET /api-keys`) and revokes them with one request (`POST /api-keys`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso
from handlers.common.transactions import Cancelled, Write, delete, transact, update
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions, tokens, users
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.mail_delivery import deliver
from handlers.pkgwatch.accounts.session_cookie import cookie
from handlers.pkgwatch.recovery import recovery_mails, recovery_sessions
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API
from handlers.pkgwatch.web.constant_time import at_least
from handlers.pkgwatch.web.redirects import redirect, redirecting

_ATTEMPTS = 5
_MOST_RECOVERIES = 80  # a transaction has a hundred writes
# A login link in the old mailbox is no longer valid.
_ON_USER = "SET email = :new REMOVE magic_token, magic_expires"
_ON_KEY = "SET email = :new, email_changed_at = :now, previous_email = :old REMOVE magic_token, magic_expires"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """Changes the address and logs the owner in."""
    return confirm(call, tables.api_keys())


def confirm(call: Call, keys: Table) -> Response:
    """The response; an error sends the browser to the recovery page."""
    minimum = at_least(settings().response_floor_seconds)
    token = call.request.query.get("token") or ""
    page = f"{settings().base_url}/recover"
    return redirecting(lambda: _confirm(token, keys, call.now), page, minimum, shown=("error",))


def _confirm(token: str, keys: Table, now: datetime) -> Response:
    if not token:
        raise ApiError(400, "missing_token", "The link is incomplete. Copy all of it.")
    change = _pending(keys, token, now)
    sessions.check_secret()  # or the link would be used up for nothing
    tier, begin = _apply(keys, change, now)
    deliver(settings().verification_email_sender, change["old_email"], recovery_mails.changed(change["new_email"]))
    session = sessions.token(change["pk"], change["new_email"], tier, begin)
    return redirect(f"{settings().base_url}/dashboard", {"email_changed": "true"}, cookie(session))


def _pending(keys: Table, token: str, now: datetime) -> dict[str, Any]:
    found = tokens.find(keys, "change_token", token)
    change = keys.get((found["pk"], found["sk"]), consistent=True) if found else None
    if change is None:
        raise _invalid()
    if change.get("ttl", 0) <= now.timestamp():
        keys.delete((change["pk"], change["sk"]))
        raise ApiError(400, "token_expired", "This link is too old. Start the recovery again.")
    if users.email_in_use(keys, change["new_email"], change["pk"]):
        raise ApiError(400, "email_in_use", "This address belongs to another account meanwhile.")
    return change


def _apply(keys: Table, change: dict[str, Any], now: datetime) -> tuple[str, datetime]:
    """Uses up the link, changes every record and ends what was begun before, all or nothing; returns the user's plan,
    and when the next session may begin. If something changes meanwhile, such as a key made or revoked, everything is
    read again."""
    ended, begin = sessions.end_all(keys, change["pk"], now)
    for _ in range(_ATTEMPTS):
        items = keys.partition(change["pk"], consistent=True)
        records = users.key_records(items)
        user = users.user_record(items)
        writes = [*_writes(keys, change, records, user, now), ended, *_under_way(keys, change, items)]
        try:
            transact(keys.client, writes)
        except Cancelled as cancelled:
            if cancelled.failed[0]:
                raise _invalid() from cancelled
        else:
            return users.tier_of(user, records), begin
    raise RuntimeError("the account changed at every attempt")


def _writes(
    keys: Table, change: dict[str, Any], records: Sequence[dict[str, Any]], user: dict[str, Any], now: datetime
) -> list[Write]:
    owner, values = change["pk"], {"new": change["new_email"]}
    writes = [delete(keys, (owner, change["sk"]), "attribute_exists(pk)")]
    on_key = {**values, "now": iso(now), "old": change["old_email"]}
    writes += [update(keys, (owner, record["sk"]), _ON_KEY, on_key, "attribute_exists(pk)") for record in records]
    if "key_count" in user:
        counted = {**values, "count": user["key_count"]}
        writes.append(update(keys, (owner, USER_META), _ON_USER, counted, "key_count = :count"))
    elif user:
        writes.append(update(keys, (owner, USER_META), _ON_USER, values, "attribute_not_exists(key_count)"))
    return writes


def _under_way(keys: Table, change: dict[str, Any], items: Sequence[dict[str, Any]]) -> list[Write]:
    """Ends this recovery and the others of the account, and their changes that wait for a confirmation."""
    begun = [item["sk"] for item in items if item["sk"].startswith(recovery_sessions.PREFIXES)]
    return [delete(keys, (change["pk"], sk)) for sk in begun if sk != change["sk"]][:_MOST_RECOVERIES]


def _invalid() -> ApiError:
    return ApiError(400, "invalid_token", "This link is not valid, or was used already.")


ROUTES: Routes[Call] = {"GET /recovery/confirm-email": answer}
