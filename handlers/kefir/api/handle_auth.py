"""Login by a one-time code that is sent by mail."""

from __future__ import annotations

import re
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.common.aws import client
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Routes, serve
from handlers.kefir.data.items import Item
from handlers.kefir.data.users import ensure_user
from handlers.kefir.login.cognito import CHALLENGE, CodeExpired, UserPool, WrongCode, claims_of
from handlers.kefir.login.pending_logins import count_login, delete_session, save_session, saved_session
from handlers.kefir.runtime.settings import settings
from handlers.kefir.web.api import PUBLIC_API, Call
from handlers.kefir.web.body import parse
from handlers.kefir.web.errors import validation_error

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_MAX_EMAIL = 128  # characters: Cognito's limit for a user name

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


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``, which need no login."""
    return serve(event, context, ROUTES, PUBLIC_API)


def login(call: Call) -> Response:
    """POST /auth/login: sends a code to an address; the response does not show whether the address was known."""
    email = _email(parse(call.request, LoginBody))
    if not count_login(call.table, email, call.now):
        raise ApiError(429, "TOO_MANY_REQUESTS", "Too many codes were requested. Try again in 15 minutes.")
    session = _user_pool().start_login(email)
    save_session(call.table, email, session, call.now)
    body = {"success": True, "message": "Verification code sent", "challenge": CHALLENGE, "session": session}
    return json_response(200, body)


def verify(call: Call) -> Response:
    """POST /auth/verify: exchanges the code for a user and tokens; three wrong codes end the login."""
    sent = parse(call.request, VerifyBody)
    code = sent.get("code") or sent.get("otp")
    if code is None:
        raise validation_error([("code", "Required")])
    email = _email(sent)
    saved = saved_session(call.table, email, call.now)
    session = sent.get("session") or saved
    if not session:
        raise _expired()
    try:
        tokens = _user_pool().answer_challenge(email, session, code)
    except WrongCode as wrong:
        if session == saved:  # an attempt with another session must not end the login that waits
            _keep_or_end(call, email, wrong.session)
        raise _wrong_code(wrong.session) from wrong
    except CodeExpired as expired:
        raise _expired() from expired
    return _logged_in(call, email, tokens)


def _user_pool() -> UserPool:
    # One attempt: a code that was accepted must not be sent again.
    return UserPool(client("cognito-idp", 1), settings().user_pool, settings().user_pool_client)


def _email(sent: dict[str, Any]) -> str:
    email = str(sent["email"]).strip().lower()
    if len(email) > _MAX_EMAIL or not _EMAIL.fullmatch(email):
        raise ApiError(400, "BAD_REQUEST", "Invalid email address")
    return email


def _logged_in(call: Call, email: str, tokens: dict[str, Any]) -> Response:
    claims = claims_of(tokens["IdToken"])
    if claims["email"].lower() != email:  # the session of another address: its code proves nothing about this one
        raise _wrong_code("")
    user = ensure_user(call.table, claims["sub"], email, call.now)
    delete_session(call.table, email)
    return json_response(200, {"success": True, "user": _user_view(user, claims), "tokens": _tokens_view(tokens)})


def _keep_or_end(call: Call, email: str, session: str) -> None:
    if session:
        save_session(call.table, email, session, call.now)
    else:
        delete_session(call.table, email)


def _wrong_code(session: str) -> ApiError:
    extra = {"session": session} if session else {}
    return ApiError(401, "UNAUTHORIZED", "Invalid verification code", extra=extra)


def _expired() -> ApiError:
    return ApiError(401, "UNAUTHORIZED", "Verification code expired")


def _user_view(user: Item, claims: dict[str, Any]) -> Item:
    name = user.get("name") or claims.get("name")
    view = {"id": user["userId"], "email": user["email"], "name": name, "createdAt": user["createdAt"]}
    return {field: value for field, value in view.items() if value is not None}


def _tokens_view(tokens: dict[str, Any]) -> dict[str, Any]:
    return {
        "idToken": tokens["IdToken"],
        "accessToken": tokens["AccessToken"],
        "refreshToken": tokens["RefreshToken"],
        "expiresIn": tokens.get("ExpiresIn", 3600),
        "tokenType": tokens.get("TokenType", "Bearer"),
    }


ROUTES: Routes[Call] = {
    "POST /auth/login": login,
    "POST /auth/verify": verify,
}
