"""Login links in mails, which work once.

The link's token is an attribute of one record of the user, preferably of an API key.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.timestamps import iso
from handlers.common.web.errors import ApiError
from handlers.pkgwatch.accounts import tokens
from handlers.pkgwatch.accounts.tokens import new_token
from handlers.pkgwatch.accounts.users import key_records, user_record

LIFE = timedelta(minutes=15)
COOLDOWN = timedelta(seconds=60)


def token_record(found: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Of the items of an address, the record that may carry a token: a key that was not left unverified, else the
    user's record."""
    keys = [record for record in key_records(found) if record.get("email_verified") is not False]
    return next(iter(keys), None) or user_record(found) or None


def issue(keys: Table, record: dict[str, Any], now: datetime, sent_at: str = "magic_link_sent_at") -> str | None:
    """A new token on a record, in place of an earlier one; None if one was issued a moment ago. ``sent_at`` is the
    attribute that says when; each reason for a link has its own."""
    token = new_token()
    try:
        keys.update(
            (record["pk"], record["sk"]),
            f"SET magic_token = :token, magic_expires = :expires, {sent_at} = :now",
            {"token": token, "expires": iso(now + LIFE), "now": iso(now), "before": iso(now - COOLDOWN)},
            f"attribute_exists(pk) AND (attribute_not_exists({sent_at}) OR {sent_at} <= :before)",
        )
    except ConditionFailed:
        return None
    return token


def redeem(keys: Table, token: str, now: datetime) -> dict[str, Any]:
    """The record that carried a token; the token is used up. Raises ``invalid_token``, ``token_already_used`` or
    ``token_expired``."""
    found = tokens.find(keys, "magic_token", token)
    if not found:
        raise ApiError(400, "invalid_token", "This link is not valid. Ask for a new one.")
    key = (found["pk"], found["sk"])
    try:
        return keys.update(
            key,
            "SET last_login = :now REMOVE magic_token, magic_expires",
            {"now": iso(now), "token": token},
            "magic_token = :token AND magic_expires > :now",
            "ALL_NEW",
        )
    except ConditionFailed as failed:
        raise _refusal(keys, key, token, failed.item or {}) from failed


def _refusal(keys: Table, key: Key, token: str, record: dict[str, Any]) -> ApiError:
    """Why ``record`` did not give its token; an expired one is removed."""
    if "magic_token" not in record:
        return ApiError(400, "token_already_used", "This link was used already. Ask for a new one.")
    if record["magic_token"] != token:
        return ApiError(400, "invalid_token", "This link was replaced by a newer one.")
    with suppress(ConditionFailed):  # replaced meanwhile: the new one stays
        keys.update(key, "REMOVE magic_token, magic_expires", {"token": token}, "magic_token = :token")
    return ApiError(400, "token_expired", "This link is too old. Ask for a new one.")
