"""POST /api-keys: makes another API key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from handlers.common.dynamodb import Table
from handlers.common.transactions import Cancelled, delete, put, transact, update
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.key_items import KEY_ID, MOST, ensure_user_record, new_key, subscription_of
from handlers.pkgwatch.accounts.sessions import Session
from handlers.pkgwatch.accounts.users import key_records, tier_of
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.api import API

_NAME = re.compile(r"[A-Za-z0-9 _.-]{0,100}")
_ATTEMPTS = 5


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


class CreateKeyBody(msgspec.Struct):
    """The request's body."""

    name: str | None = None
    revoke_others: bool = False


def answer(call: Call) -> Response:
    """Makes another key of the user's plan and shows it, once. With ``revoke_others`` it is the only one afterwards."""
    session, body = sessions.read(call.request, call.now), _body(call.request)
    clear, item, revoked = _create(tables.api_keys(), session, body, call.now)
    shown = {
        "api_key": clear,
        "key_id": item["sk"][:KEY_ID],
        "message": "Keep the key safe: it is not shown again.",
    }
    return json_response(201, {**shown, "revoked": revoked} if body.revoke_others else shown)


def _body(request: Request) -> CreateKeyBody:
    try:
        body = parse(request, CreateKeyBody, name="invalid_key_name")
    except ApiError as error:
        if error.code != "invalid_json":
            raise
        return CreateKeyBody()
    body.name = (body.name or "").strip()
    if not _NAME.fullmatch(body.name):
        text = "A name has at most 100 letters, digits, spaces, dots, dashes and underscores."
        raise ApiError(400, "invalid_key_name", text)
    return body


def _create(keys: Table, session: Session, body: CreateKeyBody, now: datetime) -> tuple[str, dict[str, Any], int]:
    """Counts the key and writes it, both or neither, as long as there is room, and plan and address are those the
    key was made for; otherwise everything is read again. Returns the key, its item, and how many were revoked."""
    for _ in range(_ATTEMPTS):
        items = keys.partition(session.user_id, consistent=True)
        records = key_records(items)
        user = ensure_user_record(keys, session.user_id, session.email, items, now)
        revoked = records if body.revoke_others else []
        if not body.revoke_others and max(len(records), user.get("key_count", MOST)) >= MOST:
            raise ApiError(400, "max_keys_reached", f"You have {MOST} keys. Revoke one first.")
        name = body.name or f"Key {len(records) - len(revoked) + 1}"
        clear, item = new_key(session.user_id, user.get("email") or session.email, tier_of(user, records), name, now)
        item |= subscription_of(records)
        try:
            _write(keys, item, user, revoked, body.revoke_others)
        except Cancelled:
            continue
        return clear, item, len(revoked)
    raise _conflict()


def _write(
    keys: Table, item: dict[str, Any], user: dict[str, Any], revoked: Sequence[dict[str, Any]], only: bool
) -> None:
    seen = {name: user[name] for name in ("tier", "email") if user.get(name)}
    values: dict[str, Any] = {"one": 1, **seen}
    if only:
        change, values["count"], room = "SET key_count = :one", user["key_count"], "key_count = :count"
    else:
        change, values["most"], room = "SET key_count = key_count + :one", MOST, "key_count < :most"
    conditions = [room, *(f"{name} = :{name}" for name in seen)]
    if "tier" not in seen:
        conditions.append("attribute_not_exists(tier)")
    count = update(keys, (item["pk"], USER_META), change, values, " AND ".join(conditions))
    gone = [delete(keys, (old["pk"], old["sk"]), "attribute_exists(pk)") for old in revoked]
    try:
        transact(keys.client, [put(keys, item, "attribute_not_exists(pk)"), count, *gone])
    except ClientError as error:
        if error.response["Error"]["Code"] == "TransactionCanceledException":
            raise _conflict() from error
        raise


def _conflict() -> ApiError:
    return ApiError(409, "key_creation_failed", "Other changes to your keys were in the way. Please try again.")


ROUTES: Routes[Call] = {"POST /api-keys": answer}
