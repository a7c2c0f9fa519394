"""The user who makes a request."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request


@dataclass(frozen=True, slots=True)
class Caller:
    """A user by the token's claims; ``email`` is "" for an access token, which does not have it."""

    id: str
    email: str


ANONYMOUS = Caller("", "")


def identify(request: Request, offline: bool) -> Caller:
    """The caller. Raises `ApiError` 401 if the gateway let a token without a subject through."""
    if offline:
        sent = request.header("x-user-id")
        return Caller(sent, f"{sent}@example.com") if sent else Caller("test-user-1", "alice@example.com")
    claims = request.claims
    if not claims.get("sub"):
        raise ApiError(401, "UNAUTHORIZED", "Unauthorized")
    return Caller(claims["sub"], claims.get("email", ""))
