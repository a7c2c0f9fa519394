"""What are the answers to the routes of logging in?"""

from __future__ import annotations

import re
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.common.aws import client
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.kefir.shared import otp_sessions
from handlers.kefir.shared.bodies import parse
from handlers.kefir.shared.identities import CHALLENGE, CodeExpired, CodeWrong, Identities, claims_of
from handlers.kefir.shared.items import Item
from handlers.kefir.shared.settings import settings
from handlers.kefir.web.api import Call
from handlers.kefir.web.callers import Caller, ensure_user
from handlers.kefir.web.errors import invalid

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_LONGEST_EMAIL = 128  # characters: what Cognito takes as a user's name

Code = Annotated[str, Meta(pattern="^[0-9]{6}$")]


class LoginBody(Struct):
    """The documented body of POST /auth/login."""

    email: str


class VerifyBody(Struct):
    """The documented body of POST /auth/verify; ``otp`` is another name for ``code``."""

    email: str
    code: Code | UnsetType = UNSET
    otp: Code | UnsetType = UNSET
    session: Annotated[str, Meta(min_length=1, max_length=5000)] | UnsetType = UNSET


def login(call: Call) -> Response:
    """POST /auth/login: sends a code to an address; the answer does not say whether it was known."""
    email = _email(parse(call.request, LoginBody))
    if not otp_sessions.count_login(call.table, email, call.now):
        raise ApiError(429, "TOO_MANY_REQUESTS", "Too many codes were asked for. Try again in a quarter of an hour.")
    session = _identities().begin(email)
    otp_sessions.keep(call.table, email, session, call.now)
    body = {"success": True, "message": "Verification code sent", "challenge": CHALLENGE, "session": session}
    return json_response(200, body)


def verify(call: Call) -> Response:
    """POST /auth/verify: the code for a user and tokens; three wrong ones end the login it belongs to."""
    sent, code = _verification(call.request)
    email = _email(sent)
    kept = otp_sessions.waiting(call.table, email, call.now)
    session = sent.get("session") or kept
    if not session:
        raise _expired()
    try:
        tokens = _identities().answer(email, session, code)
    except CodeWrong as wrong:
        if session == kept:  # what somebody else sends for this address must not end the login that waits
            _go_on(call, email, wrong.session)
        raise _wrong(wrong.session) from wrong
    except CodeExpired as expired:
        raise _expired() from expired
    claims = claims_of(tokens["IdToken"])
    if claims["email"].lower() != email:  # another login's session: its code says nothing about this address
        raise _wrong("")
    user = ensure_user(call.table, Caller(claims["sub"], email), call.now)
    otp_sessions.forget(call.table, email)
    return json_response(200, {"success": True, "user": _user(user, claims), "tokens": _tokens(tokens)})


def _identities() -> Identities:
    # Tried once: a code that was taken may not be answered again.
    return Identities(client("cognito-idp", 1), settings().user_pool, settings().user_pool_client)


def _email(sent: dict[str, Any]) -> str:
    email = str(sent["email"]).strip().lower()
    if len(email) > _LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise ApiError(400, "BAD_REQUEST", "Invalid email address")
    return email


def _verification(request: Request) -> tuple[dict[str, Any], str]:
    sent = parse(request, VerifyBody)
    code = sent.get("code") or sent.get("otp")
    if code is None:
        raise invalid([("code", "Required")])
    return sent, code


def _go_on(call: Call, email: str, session: str) -> None:
    if session:
        otp_sessions.keep(call.table, email, session, call.now)
    else:
        otp_sessions.forget(call.table, email)


def _wrong(session: str) -> ApiError:
    extra = {"session": session} if session else {}
    return ApiError(401, "UNAUTHORIZED", "Invalid verification code", extra=extra)


def _expired() -> ApiError:
    return ApiError(401, "UNAUTHORIZED", "Verification code expired")


def _user(user: Item, claims: dict[str, Any]) -> Item:
    name = user.get("name") or claims.get("name")
    shown = {"id": user["userId"], "email": user["email"], "name": name, "createdAt": user["createdAt"]}
    return {field: value for field, value in shown.items() if value is not None}


def _tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    return {
        "idToken": tokens["IdToken"],
        "accessToken": tokens["AccessToken"],
        "refreshToken": tokens["RefreshToken"],
        "expiresIn": tokens.get("ExpiresIn", 3600),
        "tokenType": tokens.get("TokenType", "Bearer"),
    }
