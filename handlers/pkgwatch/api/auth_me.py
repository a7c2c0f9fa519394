"""GET /auth/me: shows the user's account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso, parse
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.accounts.plans import monthly_limit
from handlers.pkgwatch.accounts.sessions import Session
from handlers.pkgwatch.accounts.users import key_records, user_record
from handlers.pkgwatch.billing import billing_state
from handlers.pkgwatch.billing.billing_state import UNSET
from handlers.pkgwatch.billing.stripe_client import read_subscription, stripe
from handlers.pkgwatch.referrals.credit import LIFETIME_CAP
from handlers.pkgwatch.referrals.pending_referrals import LATE_ENTRY
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.api import API


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """The account; with ``refresh=stripe`` the plan as Stripe has it now, which is stored."""
    session, keys = sessions.read(call.request, call.now), tables.api_keys()
    items = keys.partition(session.user_id, consistent=True)
    records = key_records(items)
    if not records:
        raise ApiError(404, "user_not_found", "The account is gone. Sign up again.")
    user = user_record(items)
    billing = _billing(user, records)
    live = _live(keys, session.user_id, records) if call.request.query.get("refresh") == "stripe" else None
    body = {
        **_identity(session, user, records),
        **_usage(user, records, str((billing | (live or {}))["tier"])),
        **_late_referral(user, records, call.now),
        **billing,
        **(live or {}),
        "data_source": "cache" if live is None else "live",
    }
    return json_response(200, body)


def _identity(session: Session, user: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "user_id": session.user_id,
        "email": user.get("email") or records[0].get("email") or session.email,
        "created_at": _since(user, records),
        "last_login": max((item["last_login"] for item in (user, *records) if item.get("last_login")), default=None),
        "referral_code": user.get("referral_code"),
    }


def _usage(user: Mapping[str, Any], records: Sequence[Mapping[str, Any]], tier: str) -> dict[str, Any]:
    used = user.get("requests_this_month")
    if used is None:
        used = sum(record.get("requests_this_month") or 0 for record in records)
    limit, bonus = monthly_limit(tier), user.get("bonus_requests") or 0
    return {
        "requests_this_month": used,
        "monthly_limit": limit,
        "bonus_requests": bonus,
        "bonus_cap": LIFETIME_CAP,
        "bonus_lifetime": user.get("bonus_requests_lifetime") or 0,
        "effective_limit": limit + bonus,
    }


def _billing(user: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    def stored(name: str) -> Any:
        return user[name] if name in user else records[0].get(name)

    return {
        "tier": stored("tier") or "free",
        "cancellation_pending": bool(stored("cancellation_pending")),
        "cancellation_date": stored("cancellation_date"),
        "current_period_end": stored("current_period_end"),
    }


def _late_referral(user: Mapping[str, Any], records: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    """Whether a referral code can still be added, and until when."""
    since = parse(_since(user, records))
    deadline = since + LATE_ENTRY if since else now
    possible = not user.get("referred_by") and deadline > now
    return {"can_add_referral": possible, "referral_code_deadline": iso(deadline) if possible else None}


def _since(user: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> str | None:
    since = user.get("created_at") or records[0].get("created_at")
    return str(since) if since else None


def _live(keys: Table, owner: str, records: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The billing fields as Stripe has them, None if it cannot be asked: what is stored is good enough to show."""
    subscription = next((r["stripe_subscription_id"] for r in records if r.get("stripe_subscription_id")), None)
    if not subscription:
        return None
    try:
        return _refresh(keys, owner, subscription)
    except Exception:
        logger.exception("Stripe could not be asked for a subscription")
        return None


def _refresh(keys: Table, owner: str, subscription_id: str) -> dict[str, Any]:
    """Asks Stripe for a subscription, stores its state at best effort, and returns the billing fields. The plan is
    missing if the price is not one of ours. Raises ``stripe.StripeError``, KeyError, TypeError and
    `handlers.common.secrets.SecretUnavailable`."""
    found, moment = read_subscription(stripe(), subscription_id)
    known: dict[str, Any] = {
        "cancellation_pending": found.entitled and found.cancels,
        "cancellation_date": found.cancellation_date if found.entitled else None,
        "current_period_end": found.period_end,
    }
    tier = found.tier if found.entitled else "free"
    if tier:
        known["tier"] = tier
    try:
        billing_state.write(
            keys,
            owner,
            moment,
            tier=tier or UNSET,
            cancellation_pending=known["cancellation_pending"],
            cancellation_date=known["cancellation_date"],
            current_period_start=found.period_start,
            current_period_end=found.period_end,
        )
    except ServiceError:
        logger.exception("Billing state was not kept")
    return known


ROUTES: Routes[Call] = {"GET /auth/me": answer}
