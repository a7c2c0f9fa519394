"""The cookie in which a browser keeps a session."""

from __future__ import annotations

from datetime import timedelta

NAME = "session"
LIFE = timedelta(days=7)

_ATTRIBUTES = "Path=/; HttpOnly; Secure; SameSite=Strict"


def cookie(token: str) -> str:
    """The Set-Cookie value that starts a session with a token."""
    return f"{NAME}={token}; {_ATTRIBUTES}; Max-Age={int(LIFE.total_seconds())}"


def cleared() -> str:
    """The Set-Cookie value that ends a session."""
    return f"{NAME}=; {_ATTRIBUTES}; Max-Age=0"
