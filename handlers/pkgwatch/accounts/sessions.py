"""Sessions of logged-in users, as signed tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from handlers.common.dynamodb import Table
from handlers.common.secrets import secret
from handlers.common.transactions import Write, put
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.pkgwatch.accounts.api_keys import SESSIONS
from handlers.pkgwatch.accounts.session_cookie import LIFE, NAME
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings


@dataclass(frozen=True, slots=True)
class Session:
    """A logged-in user. ``email`` and ``tier`` are as they were at login; the tables have them as they are now."""

    user_id: str
    email: str
    tier: str


class _Content(msgspec.Struct):
    """What a token says; ``exp`` in seconds since 1970."""

    user_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    email: str
    tier: str
    exp: int


def token(user_id: str, email: str, tier: str, now: datetime) -> str:
    """A signed token, valid for `LIFE`. Raises `handlers.common.secrets.SecretUnavailable`."""
    content = {"user_id": user_id, "email": email, "tier": tier, "exp": int((now + LIFE).timestamp())}
    payload = base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()
    return f"{payload}.{_signature(payload)}"


def check_secret() -> None:
    """Raises `handlers.common.secrets.SecretUnavailable` if no session can be started now."""
    _signature("")


def read(request: Request, now: datetime) -> Session:
    """The session of a request. Raises 401 ``unauthorized`` without a cookie, 401 ``session_expired`` for one
    that has expired, was ended or was not signed here, and `handlers.common.secrets.SecretUnavailable`."""
    sent = request.cookie(NAME)
    if not sent:
        raise ApiError(401, "unauthorized", "Log in first.")
    content = _signed_content(sent)
    if content is None or content.exp < now.timestamp() or content.exp < _end_of_the_last_ended(content):
        raise ApiError(401, "session_expired", "The session is over. Log in again.")
    return Session(content.user_id, content.email, content.tier)


def end_all(keys: Table, owner: str, now: datetime) -> tuple[Write, datetime]:
    """The write that ends every session a user has, and the first moment at which another may begin: tokens know only
    seconds. The item is kept as long as such a session could last."""
    begin = now.replace(microsecond=0) + timedelta(seconds=1)
    until = int((begin + LIFE).timestamp())
    return put(keys, {"pk": owner, "sk": SESSIONS, "valid_until": until, "ttl": until}), begin


def _signed_content(sent: str) -> _Content | None:
    payload, _, signature = sent.rpartition(".")
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(payload).encode()):
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(payload), type=_Content)
    except (ValueError, RecursionError):  # signed by a version that had other tokens
        return None


def _end_of_the_last_ended(content: _Content) -> Any:
    """When the last of the user's sessions that were ended would have expired; 0 if none was ended."""
    item = tables.api_keys().get((content.user_id, SESSIONS), ("valid_until",), consistent=True)
    return (item or {}).get("valid_until", 0)


def _signature(payload: str) -> str:
    key = secret(settings().session_secret_arn, "secret").encode()
    return hmac.new(key, payload.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
