"""A browser that is logged in, and what a redirect tells it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from handlers.pkgwatch.accounts import sessions
from tests.fakes.gateway import Answer, call, proxy_event


def cookie(user_id: str, email: str = "a@example.com", tier: str = "free") -> dict[str, str]:
    """The headers of a session that has just begun."""
    return {"Cookie": f"other=1; session={sessions.token(user_id, email, tier, datetime.now(UTC))}"}


def ask(handler: Any, user_id: str, method: str = "GET", **parts: Any) -> Answer:
    """Calls a handler as that user's browser."""
    return call(handler, proxy_event(method, headers=cookie(user_id), **parts))


def target(answer: Answer) -> tuple[str, dict[str, str]]:
    """Where a redirect leads: the path on the site, and the query."""
    assert (answer.status, answer.text) == (302, "")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    url = urlsplit(answer.headers["Location"])
    assert (url.scheme, url.netloc) == ("https", "pkgwatch.dev")
    return url.path, dict(parse_qsl(url.query))


def started(answer: Answer) -> dict[str, str]:
    """The headers that carry on with the session an answer starts."""
    first, *attributes = answer.headers["Set-Cookie"].split("; ")
    assert attributes == ["Path=/", "HttpOnly", "Secure", "SameSite=Strict", "Max-Age=604800"]
    return {"Cookie": first}
