"""The origins that may read responses in a browser."""

from __future__ import annotations

ORIGIN = "https://pkgwatch.dev"
DEVELOPMENT_ORIGINS = ("http://localhost:3000", "http://localhost:4321")


def cors_headers(origin: str, development: bool) -> dict[str, str]:
    """The headers for a request from ``origin``; none for an unknown one, and never ``*``."""
    if origin != ORIGIN and not (development and origin in DEVELOPMENT_ORIGINS):
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
        "Access-Control-Allow-Headers": "Content-Type, X-API-Key, Authorization",
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }
