"""GET /verify: opens the account of a user who follows the verification link."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso, parse
from handlers.common.transactions import Cancelled, delete, put, transact
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions, shown_once, tokens
from handlers.pkgwatch.accounts.api_keys import USER_META, is_account_record
from handlers.pkgwatch.accounts.key_items import new_key
from handlers.pkgwatch.accounts.session_cookie import cookie
from handlers.pkgwatch.accounts.users import PENDING, tier_of
from handlers.pkgwatch.recovery import recovery_codes
from handlers.pkgwatch.recovery.recovery_codes import new_codes
from handlers.pkgwatch.referrals import pending_referrals, referral_codes
from handlers.pkgwatch.referrals.events import Referral
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API
from handlers.pkgwatch.web.constant_time import at_least
from handlers.pkgwatch.web.redirects import redirect, redirecting

_ABSENT = "attribute_not_exists(pk)"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


@dataclass(frozen=True, slots=True)
class Services:
    """The tables of a verification; ``hashed`` makes what is stored of a recovery code, slowly on purpose."""

    keys: Table
    events: Table
    hashed: Callable[[str], str] = recovery_codes.stored


def answer(call: Call) -> Response:
    """Opens the account, starts a session and sends the browser to the dashboard."""
    return verify(call, Services(tables.api_keys(), tables.referral_events()))


def verify(call: Call, services: Services) -> Response:
    """The response; an error sends the browser to the start page."""
    minimum = at_least(settings().redirect_floor_seconds)
    token = call.request.query.get("token") or ""
    return redirecting(lambda: _verify(token, services, call.now), f"{settings().base_url}/start", minimum)


def _verify(token: str, services: Services, now: datetime) -> Response:
    if not token:
        raise ApiError(400, "missing_token", "The link is incomplete. Copy all of it.")
    sessions.check_secret()  # or the token would be used up for nothing
    items = _items(services.keys, token)
    pending = next((item for item in items if item["sk"] == PENDING), {})
    if pending.get("verification_token") != token:
        raise _invalid()
    expires = parse(pending.get("verification_expires"))
    if expires is None or expires <= now:
        _use_up(services.keys, pending)
        raise ApiError(400, "token_expired", "This link is too old. Sign up again.")
    existing = [item for item in items if is_account_record(item["sk"])]
    if existing:
        _use_up(services.keys, pending)
        return _to_dashboard(pending, existing, now)
    user = open_account(services.keys, pending, now)
    if user is None:
        raise _used()
    _complete(services.keys, services.events, user, services.hashed, now)
    session = sessions.token(pending["pk"], pending["email"], "free", now)
    return redirect(f"{settings().base_url}/dashboard", {"verified": "true"}, cookie(session))


def _items(keys: Table, token: str) -> Sequence[dict[str, Any]]:
    """Everything of the user whose pending sign-up has the token."""
    found = tokens.find(keys, "verification_token", token)
    if found is None or found["sk"] != PENDING:
        raise _invalid()
    return keys.partition(found["pk"], consistent=True)


def _to_dashboard(pending: dict[str, Any], existing: Sequence[dict[str, Any]], now: datetime) -> Response:
    """There is an account already. An account that moves to another address keeps its user id: then the owner of
    the old address must not get in."""
    if any(item.get("email", pending["email"]) != pending["email"] for item in existing):
        raise _invalid()
    session = sessions.token(pending["pk"], pending["email"], tier_of({}, existing), now)
    return redirect(f"{settings().base_url}/dashboard", cookie=cookie(session))


def _use_up(keys: Table, pending: dict[str, Any]) -> None:
    condition = "verification_token = :token"
    try:
        keys.take((pending["pk"], PENDING), condition, {"token": pending["verification_token"]})
    except ConditionFailed as failed:
        raise _used() from failed


def _invalid() -> ApiError:
    return ApiError(400, "invalid_token", "This link is not valid. Sign up again, or log in.")


def _used() -> ApiError:
    return ApiError(400, "token_already_used", "This link was used already. Log in.")


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


def _complete(keys: Table, events: Table, user: Mapping[str, Any], hashed: Callable[[str], str], now: datetime) -> None:
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
        **(pending_referrals.referral_attributes(referrer.user_id, now) if referrer else {}),
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


ROUTES: Routes[Call] = {"GET /verify": answer}
