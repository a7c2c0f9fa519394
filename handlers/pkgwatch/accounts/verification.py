"""What is the answer to GET /verify?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.timestamps import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.accounts import opening, sessions
from handlers.pkgwatch.accounts.api_keys import USER_META, is_key_record
from handlers.pkgwatch.accounts.users import PENDING
from handlers.pkgwatch.recovery import recovery_codes
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.constant_time import at_least
from handlers.pkgwatch.web.redirects import redirect, redirecting

_LONGEST = 100  # characters: our tokens have 43, and an index refuses to look for very long ones


@dataclass(frozen=True, slots=True)
class Services:
    """What a verification works with; ``hashed`` makes what is kept of a recovery code, slowly on purpose."""

    keys: Table
    events: Table
    hashed: Callable[[str], str] = recovery_codes.stored


def answer(request: Request, services: Services, now: datetime) -> Response:
    """Opens the account of a pending sign-up, starts a session and sends the browser to the dashboard; to the
    start page with the reason if it cannot."""
    floor = at_least(settings().redirect_floor_seconds)
    return redirecting(lambda: _verify(request, services, now), f"{settings().base_url}/start", floor)


def _verify(request: Request, services: Services, now: datetime) -> Response:
    token = request.query.get("token") or ""
    if not token:
        raise ApiError(400, "missing_token", "The link is incomplete. Copy all of it.")
    sessions.possible()  # or the token would be used up for nothing
    items = _items(services.keys, token)
    pending = next((item for item in items if item["sk"] == PENDING), {})
    if pending.get("verification_token") != token:
        raise _invalid()
    expires = parse(pending.get("verification_expires"))
    if expires is None or expires <= now:
        _use_up(services.keys, pending)
        raise ApiError(400, "token_expired", "This link is too old. Sign up again.")
    known = [item for item in items if item["sk"] == USER_META or is_key_record(item["sk"])]
    if known:
        _use_up(services.keys, pending)
        return _to_dashboard(pending, known, now)
    user = opening.open_account(services.keys, pending, now)
    if user is None:
        raise _used()
    opening.complete(services.keys, services.events, user, services.hashed, now)
    session = sessions.token(pending["pk"], pending["email"], "free", now)
    return redirect(f"{settings().base_url}/dashboard", {"verified": "true"}, sessions.cookie(session))


def _items(keys: Table, token: str) -> Sequence[dict[str, Any]]:
    """Everything of the user whose pending sign-up has the token."""
    found = keys.query("verification-token-index", "verification_token", token) if len(token) <= _LONGEST else []
    if not found or found[0]["sk"] != PENDING:
        raise _invalid()
    return keys.partition(found[0]["pk"], consistent=True)


def _to_dashboard(pending: dict[str, Any], known: Sequence[dict[str, Any]], now: datetime) -> Response:
    """There is an account already. It keeps its user id when it moves to another address: then whoever reads the
    old one's mail has no part in it."""
    if any(item.get("email", pending["email"]) != pending["email"] for item in known):
        raise _invalid()
    tier = next((item["tier"] for item in known if item.get("tier")), "free")
    session = sessions.token(pending["pk"], pending["email"], tier, now)
    return redirect(f"{settings().base_url}/dashboard", cookie=sessions.cookie(session))


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
