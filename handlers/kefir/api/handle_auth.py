"""Login by a one-time code that is sent by mail."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.common.aws import client
from handlers.common.email_addresses import is_possible
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Routes, serve
from handlers.kefir.data.items import Item
from handlers.kefir.data.users import ensure_user
from handlers.kefir.login.codes import Code as SentCode
from handlers.kefir.login.codes import guess_without_session, new_code, save_code
from handlers.kefir.login.cognito import CHALLENGE, CodeExpired, TooManyCodes, UserPool, WrongCode, claims_of
from handlers.kefir.login.limits import count_code, count_login, source_of
from handlers.kefir.login.pending_logins import Login, delete_session, replace_session, save_login, waiting_login
from handlers.kefir.login.sign_up_proofs import new_proof
from handlers.kefir.runtime.settings import settings
from handlers.kefir.web.api import PUBLIC_API, Call
from handlers.kefir.web.body import parse
from handlers.kefir.web.errors import validation_error

_COGNITO_SECONDS = 15  # for two triggers, one after the other, of five seconds each
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
    """POST /auth/login: sends a code to an address; the response does not show whether the address was known. An
    unknown one is signed up first."""
    email, source = _email(parse(call.request, LoginBody)), source_of(call.request.source_ip)
    if not count_login(call.table, source, settings().logins_per_address, call.now):
        raise ApiError(429, "TOO_MANY_REQUESTS", "Too many logins from this address. Try again in 15 minutes.")
    pool = _user_pool()
    if not pool.exists(email):
        pool.sign_up(email, new_proof(call.table, email, call.now))
    try:
        begun = pool.start_login(email) or _login_that_takes_no_code(call, email)
    except TooManyCodes as error:
        raise ApiError(429, "TOO_MANY_REQUESTS", "Too many codes were requested. Try again in 15 minutes.") from error
    save_login(call.table, email, source, begun, call.now)
    body = {"success": True, "message": "Verification code sent", "challenge": CHALLENGE, "session": begun.session}
    return json_response(200, body)


def verify(call: Call) -> Response:
    """POST /auth/verify: exchanges the code for a user and tokens; three wrong codes end the login. A code without a
    session is tried in the login that was begun at the same place on the network."""
    sent = parse(call.request, VerifyBody)
    code = sent.get("code") or sent.get("otp")
    if code is None:
        raise validation_error([("code", "Required")])
    email, source = _email(sent), source_of(call.request.source_ip)
    session = sent.get("session") or _session_of_right_code(call, email, source, code)
    try:
        tokens = _user_pool().answer_challenge(email, session, code)
    except WrongCode as wrong:
        replace_session(call.table, email, source, session, wrong.session)
        raise _wrong_code(wrong.session) from wrong
    except CodeExpired as expired:
        raise _expired() from expired
    return _logged_in(call, email, source, tokens)


def _session_of_right_code(call: Call, email: str, source: str, code: str) -> str:
    """The session of the waiting login if the code is right. A wrong one does not reach Cognito: it would use up a
    guess of whoever has the session, although anybody may have sent it."""
    waiting = waiting_login(call.table, email, source, call.now)
    if waiting is None:
        raise _expired()
    right = guess_without_session(call.table, email, SentCode(waiting.code, code), call.now)
    if right is None:
        raise _expired()
    if not right:
        raise _wrong_code("")
    return waiting.session


def _login_that_takes_no_code(call: Call, email: str) -> Login:
    """What an address gets that may not log in: like any other, with a code that is not sent."""
    if not count_code(call.table, email, call.now):
        raise TooManyCodes
    code = new_code()
    save_code(call.table, email, code, call.now)
    return Login(secrets.token_urlsafe(700), code.id)


def _user_pool() -> UserPool:
    # One attempt: a code that was accepted must not be sent again.
    return UserPool(client("cognito-idp", 1, _COGNITO_SECONDS), settings().user_pool, settings().user_pool_client)


def _email(sent: dict[str, Any]) -> str:
    email = str(sent["email"]).strip().lower()
    if len(email) > _MAX_EMAIL or not is_possible(email):
        raise ApiError(400, "BAD_REQUEST", "Invalid email address")
    return email


def _logged_in(call: Call, email: str, source: str, tokens: dict[str, Any]) -> Response:
    claims = claims_of(tokens["IdToken"])
    if claims["email"].lower() != email:  # the session of another address: its code proves nothing about this one
        raise _wrong_code("")
    user = ensure_user(call.table, claims["sub"], email, call.now)
    delete_session(call.table, email, source)
    return json_response(200, {"success": True, "user": _user_view(user, claims), "tokens": _tokens_view(tokens)})


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
