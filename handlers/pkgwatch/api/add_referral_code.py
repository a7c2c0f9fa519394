"""POST /referral/add-code: notes who referred a new user."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from handlers.common.dynamodb import Table
from handlers.common.timestamps import parse as parse_time
from handlers.common.transactions import Cancelled, Write, transact, update
from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions, users
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.sessions import Session
from handlers.pkgwatch.referrals.credit import LIFETIME_CAP
from handlers.pkgwatch.referrals.events import Referral
from handlers.pkgwatch.referrals.pending_referrals import BONUS, LATE_ENTRY, pending_writes, referral_attributes
from handlers.pkgwatch.referrals.referral_codes import Referrer, is_code, is_self, resolve
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.api import API

_LONGEST = 1000  # characters of a body
_ATTEMPTS = 5


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


class AddCodeBody(msgspec.Struct):
    """The request's body."""

    code: str


def answer(call: Call) -> Response:
    """Notes who referred the user, as long as the account is new, and gives the user the bonus for it."""
    session, code = sessions.read(call.request, call.now), _code(call.request)
    bonus = _add(tables.api_keys(), tables.referral_events(), session, code, call.now)
    return json_response(200, {"message": f"{bonus} requests were added to your account.", "bonus_added": bonus})


def _add(keys: Table, events: Table, session: Session, code: str, now: datetime) -> int:
    """The bonus that the user got."""
    for _ in range(_ATTEMPTS):
        user = users.read_user_record(keys, session.user_id)
        if user is None:
            raise ApiError(404, "user_not_found", "The account is gone. Log in again.")
        email = user.get("email") or session.email
        referrer = _referrer(keys, code, user, email, now)
        bonus = max(0, min(BONUS, LIFETIME_CAP - (user.get("bonus_requests_lifetime") or 0)))
        writes = [
            _refer(keys, user, referrer, bonus, now),
            *pending_writes(keys, events, Referral(referrer.user_id, session.user_id), email, now),
        ]
        try:
            transact(keys.client, writes)
        except Cancelled as cancelled:
            _explain(cancelled)
        else:
            return bonus
    raise RuntimeError("the user's record changed at every attempt")


def _code(request: Request) -> str:
    try:
        length = len(request.body().decode("utf-8", "replace"))
    except ValueError:
        length = 0  # not decodable, which the parser reports
    if length > _LONGEST:
        raise ApiError(400, "payload_too_large", f"The body may have {_LONGEST} characters.")
    code = parse(request, AddCodeBody, code="invalid_code").code.strip()
    if not is_code(code):
        raise ApiError(400, "invalid_code", "A referral code has 6 to 12 letters, digits, dashes and underscores.")
    return code


def _referrer(keys: Table, code: str, user: Mapping[str, Any], email: str, now: datetime) -> Referrer:
    """Whose code it is, if the user may (still) be referred by them."""
    if user.get("referred_by"):
        raise _already()
    created = parse_time(user.get("created_at"))
    if created is None:
        raise ApiError(400, "invalid_account", "It is not known how old the account is.")
    if created + LATE_ENTRY < now:
        text = f"A code can be added within {LATE_ENTRY.days} days after signing up."
        raise ApiError(400, "window_expired", text)
    referrer = resolve(keys, code)
    if referrer is None:
        raise _unknown()
    if is_self(referrer, user["pk"], email):
        raise ApiError(400, "self_referral", "This is your own code.")
    return referrer


def _refer(keys: Table, user: Mapping[str, Any], referrer: Referrer, bonus: int, now: datetime) -> Write:
    values = {**referral_attributes(referrer.user_id, now), "bonus": bonus, "highest": LIFETIME_CAP - bonus}
    assigned = ", ".join(f"{name} = :{name}" for name in referral_attributes(referrer.user_id, now))
    return update(
        keys,
        (user["pk"], USER_META),
        f"SET {assigned} ADD bonus_requests :bonus, bonus_requests_lifetime :bonus",
        values,
        "attribute_exists(pk) AND attribute_not_exists(referred_by) AND "
        "(attribute_not_exists(bonus_requests_lifetime) OR bonus_requests_lifetime <= :highest)",
    )


def _explain(cancelled: Cancelled) -> None:
    """Raises what the client should know; returns if only the bonus has to be worked out again."""
    own, *event, referrer = cancelled.failed
    if any(event) or (own and (cancelled.items[0] or {}).get("referred_by")):
        raise _already() from cancelled
    if referrer:
        raise _unknown() from cancelled


def _already() -> ApiError:
    return ApiError(409, "already_referred", "The account has been referred already.")


def _unknown() -> ApiError:
    return ApiError(400, "code_not_found", "Nobody has this referral code.")


ROUTES: Routes[Call] = {"POST /referral/add-code": answer}
