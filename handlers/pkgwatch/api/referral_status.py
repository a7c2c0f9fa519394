"""GET /referral/status: shows the user's referral code, the rewards for it, and the referred users."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.timestamps import parse as parse_time
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions, users
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.key_items import ensure_user_record
from handlers.pkgwatch.accounts.sessions import Session
from handlers.pkgwatch.referrals.credit import LIFETIME_CAP
from handlers.pkgwatch.referrals.events import furthest, state_of
from handlers.pkgwatch.referrals.referral_codes import new_code
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import API

SHOWN = 20  # referrals

_STATS = {
    "total_referrals": "referral_total",
    "pending_referrals": "referral_pending_count",
    "paid_conversions": "referral_paid",
    "retained_conversions": "referral_retained",
    "total_rewards_earned": "referral_rewards_earned",
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """The user's code, the rewards for it, and the referred users, with their addresses masked."""
    session = sessions.read(call.request, call.now)
    if not session.user_id.startswith("user_"):
        raise ApiError(401, "invalid_session", "The session is of another kind. Log in again.")
    user = _with_code(tables.api_keys(), session, call.now)
    lifetime = user.get("bonus_requests_lifetime") or 0
    body = {
        "referral_code": user["referral_code"],
        "referral_url": f"{settings().base_url}/r/{user['referral_code']}",
        "bonus_requests": user.get("bonus_requests") or 0,
        "bonus_cap": LIFETIME_CAP,
        "bonus_lifetime": lifetime,
        "at_cap": lifetime >= LIFETIME_CAP,
        "stats": {shown: user.get(stored) or 0 for shown, stored in _STATS.items()},
        "referrals": _referrals(tables.referral_events().partition(session.user_id), call.now),
    }
    return json_response(200, body)


def _with_code(keys: Table, session: Session, now: datetime) -> Mapping[str, Any]:
    """The user's record; an account older than referrals is given a code, and a record if it has none."""
    user = users.read_user_record(keys, session.user_id)
    if user is None:
        items = keys.partition(session.user_id, consistent=True)
        if not users.key_records(items):
            raise ApiError(401, "invalid_session", "The account is gone. Log in again.")
        user = ensure_user_record(keys, session.user_id, session.email, items, now)
    if user.get("referral_code"):
        return user
    try:
        return keys.update(
            (session.user_id, USER_META),
            "SET referral_code = :code",
            {"code": new_code(keys)},
            "attribute_exists(pk) AND attribute_not_exists(referral_code)",
            "ALL_NEW",
        )
    except ConditionFailed as failed:
        if failed.item is None:
            raise
        return failed.item  # another request was faster


def _referrals(items: Iterable[Mapping[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """The latest referrals. A pending one is over when its time is, though DynamoDB may keep it for days."""
    lasting = (item for item in furthest(items) if not item.get("ttl") or item["ttl"] > now.timestamp())
    return [_referral(item) for item, _ in zip(lasting, range(SHOWN), strict=False)]


def _referral(item: Mapping[str, Any]) -> dict[str, Any]:
    pending = state_of(item) == "pending"
    created = parse_time(item.get("created_at"))
    shown = {
        "email": item.get("referred_email_masked") or "***",
        "status": "pending" if pending else "credited",
        "date": f"{created:%Y-%m-%d}" if created else None,
        "reward": item.get("reward_amount") or 0,
    }
    if pending and item.get("ttl"):
        shown["expires"] = f"{datetime.fromtimestamp(item['ttl'], UTC):%Y-%m-%d}"
    return shown


ROUTES: Routes[Call] = {"GET /referral/status": answer}
