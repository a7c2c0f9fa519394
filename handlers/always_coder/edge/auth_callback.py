"""The end of a login on Cognito's hosted pages: the code in the address becomes cookies."""

from __future__ import annotations

import json
import logging
import re
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, unquote, urlencode

from handlers.always_coder.site.messages import host, page, redirect
from handlers.always_coder.site.returning import location
from handlers.always_coder.site.settings import app
from handlers.always_coder.tokens.rs256 import decode

_TIMEOUT = 3  # seconds, of the five that a function for viewers has
_MONTH = 2_592_000  # seconds, the life of a refresh token
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """CloudFront's viewer-request event; answers it in every case."""
    request = event["Records"][0]["cf"]["request"]
    query = _query(request.get("querystring") or "")
    if "error" in query:
        return page("400", f"Login failed: {query.get('error_description') or query['error']}")
    if not query.get("code"):
        return page("400", "No authorization code provided")
    try:
        tokens = _tokens(query["code"], host(request))
        lines = _cookies(tokens)
    except (OSError, HTTPException, ValueError, OverflowError, KeyError, TypeError) as error:
        logging.getLogger(__name__).warning("no tokens for a code: %r", error)
        return page("500", f"Failed to complete authentication: {_reason(error)}")
    return redirect(location(query.get("state", ""), host(request)), lines)


def _query(text: str) -> dict[str, str]:
    """The parameters; a plus is a plus, and a malformed escape stays as it is."""
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return {unquote(name): unquote(value) for name, _, value in pairs}


def _tokens(code: str, viewed: str) -> dict[str, Any]:
    """What Cognito gives for a code. OSError if it refuses or cannot be reached, ValueError for anything else."""
    own = app()
    form = {
        "grant_type": "authorization_code",
        "client_id": own.client,
        "code": code,
        "redirect_uri": f"https://{viewed}/auth/callback",
        **({"client_secret": own.secret} if own.secret else {}),
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    asked = urllib.request.Request(own.tokens, urlencode(form).encode(), headers)  # noqa: S310 - the pool's own address
    with urllib.request.urlopen(asked, timeout=_TIMEOUT) as answer:  # noqa: S310
        found = json.load(answer)
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def _cookies(tokens: dict[str, Any]) -> list[str]:
    seconds = int(tokens["expires_in"])
    lines = [
        _cookie("id_token", _token(tokens["id_token"]), seconds, "/", hidden=True),
        _cookie("access_token", _token(tokens["access_token"]), seconds, "/", hidden=True),
        _cookie("logged_in", "true", seconds, "/"),
        _cookie("user_email", quote(_email(tokens["id_token"]), safe="!'()*-._~"), seconds, "/"),
    ]
    if tokens.get("refresh_token"):
        lines.append(_cookie("refresh_token", _token(tokens["refresh_token"]), _MONTH, "/auth", hidden=True))
    return lines


def _cookie(name: str, value: str, seconds: int, path: str, *, hidden: bool = False) -> str:
    return f"{name}={value}; Secure; SameSite=Lax; Max-Age={seconds}; Path={path}" + ("; HttpOnly" if hidden else "")


def _token(value: Any) -> str:
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise ValueError("no token")
    return value


def _email(id_token: str) -> str:
    """The address in a token that comes from Cognito itself, "" if it has none."""
    claims = json.loads(decode(id_token.split(".")[1])) if id_token.count(".") > 1 else {}
    return str(claims.get("email") or "") if isinstance(claims, dict) else ""


def _reason(error: Exception) -> str:
    """What may be said of a failure: nothing that the pool has answered."""
    status = getattr(error, "code", None)
    return f"the user pool answered with {status}" if status else "the user pool did not answer as expected"
