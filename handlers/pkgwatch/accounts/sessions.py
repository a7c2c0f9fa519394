"""Sessions of logged-in users, as signed tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from handlers.common.secrets import secret
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.pkgwatch.accounts.session_cookie import LIFE, NAME
from handlers.pkgwatch.runtime.settings import settings


@dataclass(frozen=True, slots=True)
class Session:
    """A logged-in user. ``email`` and ``tier`` are as they were at login; the tables have them as they are now."""

    user_id: str
    email: str
    tier: str


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
    that has expired or was not signed here, and `handlers.common.secrets.SecretUnavailable`."""
    sent = request.cookie(NAME)
    if not sent:
        raise ApiError(401, "unauthorized", "Log in first.")
    payload, _, signature = sent.rpartition(".")
    if hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(payload).encode()):
        content = json.loads(base64.urlsafe_b64decode(payload))
        if content["exp"] >= now.timestamp():
            return Session(content["user_id"], content["email"], content["tier"])
    raise ApiError(401, "session_expired", "The session is over. Log in again.")


def _signature(payload: str) -> str:
    key = secret(settings().session_secret_arn, "secret").encode()
    return hmac.new(key, payload.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
