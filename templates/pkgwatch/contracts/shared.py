"""Parts that several contracts of PkgWatch share."""

from __future__ import annotations

from typing import Any

from pkgops.kit.contract import (
    DATE_TIME,
    NUMBER,
    STRING,
    QueryParameter,
    Response,
    Schema,
    nullable,
    object_of,
    one_of,
)


def text(shortest: int, longest: int, **more: Any) -> Schema:
    """A string of a request's body with its shortest and longest length; ``more`` are further keywords."""
    return {"type": "string", "minLength": shortest, "maxLength": longest, **more}


KEY = "apiKey"
SESSION = "session"
TIER = one_of("free", "starter", "pro", "business")
ECOSYSTEM = one_of("npm", "pypi")
RISK = nullable(one_of("CRITICAL", "HIGH", "MEDIUM", "LOW"))
MAYBE_TEXT = nullable(STRING)
MAYBE_MOMENT = nullable(DATE_TIME)

NO_SESSION = ("unauthorized", "session_expired")
FAILED = ("internal_error",)
NO_STORE = {"Cache-Control": "private, no-store: nobody may keep it."}
LIMITS = {
    "X-RateLimit-Limit": "Requests the plan allows a month; in demo mode, an hour.",
    "X-RateLimit-Remaining": "How many are left, those of the bonus included.",
    "X-RateLimit-Reset": "When they are counted anew, in epoch seconds.",
}
ALERT = {
    "X-Usage-Alert": "From 80 % of the limit on: warning, critical or exceeded.",
    "X-Usage-Percent": "How much of the limit is used.",
}
RETRY = {"Retry-After": "Seconds to wait."}
TOKEN = QueryParameter("token", "From the mail.")
USAGE_ALERT = object_of({"level": one_of("warning", "critical", "exceeded"), "percent": NUMBER, "message": STRING})
QUALITY = one_of("VERIFIED", "PARTIAL", "UNVERIFIED", "UNAVAILABLE")
STATUS = one_of("pending", "complete", "partial", "minimal", "abandoned_partial", "abandoned_minimal")
MESSAGE = object_of({"message": STRING})
RECOVERY_CODE = {"type": "string", "pattern": "^[0-9A-F]{4}(-[0-9A-F]{4}){3}$"}
EMAIL = text(5, 254)  # as it is sent: the function checks more
API_KEY = {"type": "string", "pattern": "^pw_[A-Za-z0-9_-]{43}$"}


def message(description: str) -> dict[int, Response]:
    """A 200 with one sentence for people."""
    return {200: Response(description, MESSAGE)}


def redirect(where: str) -> dict[int, Response]:
    """302 to a page of the web site."""
    return {
        302: Response(
            where,
            headers={
                "Location": "A page of the web site.",
                "Cache-Control": "no-store",
                "Content-Security-Policy": "default-src 'none'",
                "X-Content-Type-Options": "nosniff",
            },
        )
    }
