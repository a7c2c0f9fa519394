"""Is another try worth it?"""

from __future__ import annotations

PERMANENT, TRANSIENT, UNKNOWN = "permanent", "transient", "unknown"

_PERMANENT = (
    "404",
    "not found",
    "does not exist",
    "malformed",
    "forbidden",
    "unauthorized",
    "path traversal",
    "package name too long",
    "empty package name",
)
_TRANSIENT = (
    "timeout",
    "timed out",
    "502",
    "503",
    "504",
    "rate limit",
    "too many requests",
    "connection",
    "unavailable",
    "temporarily",
)


def kind(error: str) -> str:
    """permanent, transient or unknown, by what the text of an error contains; permanent wins."""
    text = error.lower()
    if any(word in text for word in _PERMANENT):
        return PERMANENT
    return TRANSIENT if any(word in text for word in _TRANSIENT) else UNKNOWN
