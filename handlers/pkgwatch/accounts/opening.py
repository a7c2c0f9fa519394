"""Opening an account: its user record, first API key and recovery codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso
from handlers.common.transactions import Cancelled, delete, put, transact
from handlers.pkgwatch.accounts import shown_once
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.key_items import new_key
from handlers.pkgwatch.accounts.users import PENDING
from handlers.pkgwatch.recovery.recovery_codes import new_codes
from handlers.pkgwatch.referrals import pending_referrals, referral_codes
from handlers.pkgwatch.referrals.events import Referral

_ABSENT = "attribute_not_exists(pk)"


def open_account(keys: Table, pending: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """Turns a pending sign-up into a user with one key, which is kept to be shown once: all of it or nothing, and
    once. Returns the user's record, None if the account was opened already."""
    owner, email = pending["pk"], pending["email"]
    clear, key = new_key(owner, email, "free", None, now)
    user = _user(keys, pending, now)
    writes = [
        delete(keys, (owner, PENDING), "verification_token = :token", {"token": pending["verification_token"]}),
        put(keys, key, _ABSENT),
        put(keys, user, _ABSENT),
        put(keys, shown_once.item(owner, shown_once.API_KEY, now, api_key=clear)),
    ]
    try:
        transact(keys.client, writes)
    except Cancelled:
        return None
    return user


def complete(keys: Table, events: Table, user: Mapping[str, Any], hashed: Callable[[str], str], now: datetime) -> None:
    """Notes the referral and makes recovery codes. An account works without either: failures are logged only."""
    try:
        if user.get("referred_by"):
            referral = Referral(user["referred_by"], user["pk"])
            pending_referrals.record_pending(keys, events, referral, user["email"], now)
    except Exception:
        logger.exception("Referral was not noted")
    try:
        _give_codes(keys, user["pk"], hashed, now)
    except Exception:
        logger.exception("Recovery codes were not made")


def _user(keys: Table, pending: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    referrer = referral_codes.resolve(keys, pending.get("referral_code_used") or "")
    if referrer and referral_codes.is_self(referrer, pending["pk"], pending["email"]):
        referrer = None
    bonus = pending_referrals.BONUS if referrer else 0
    return {
        "pk": pending["pk"],
        "sk": USER_META,
        "email": pending["email"],
        "key_count": 1,
        "requests_this_month": 0,
        "total_packages_scanned": 0,
        "referral_code": referral_codes.new_code(keys),
        "bonus_requests": bonus,
        "bonus_requests_lifetime": bonus,
        "recovery_codes_shown": False,
        "created_at": iso(now),
        **(pending_referrals.flags(referrer.user_id, now) if referrer else {}),
    }


def _give_codes(keys: Table, owner: str, hashed: Callable[[str], str], now: datetime) -> None:
    codes = new_codes()
    kept = [hashed(code) for code in codes]
    keys.update(
        (owner, USER_META),
        "SET recovery_codes_hash = :kept, recovery_codes_count = :count, recovery_codes_generated_at = :now",
        {"kept": kept, "count": len(codes), "now": iso(now)},
        "attribute_exists(pk) AND attribute_not_exists(recovery_codes_hash)",
    )
    keys.put(shown_once.item(owner, shown_once.RECOVERY_CODES, now, codes=codes))
