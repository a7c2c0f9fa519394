"""What a deployed Stream Sales must answer, from the page that needs nothing to the route that needs the database."""

from __future__ import annotations

from typing import Any

from pkgops.declarations import SmokeCheck

_URL = "stack.CloudFrontURL"
_PAGE = {"Content-Type": "text/html"}
_HEALTH: dict[str, Any] = {"status": "ok", "timestamp": ..., "environment": ...}
_MARKETPLACE: dict[str, Any] = {"data": ..., "pagination.page": 1, "pagination.limit": 12, "pagination.total": ...}

SMOKE = (
    SmokeCheck(_URL, "/", headers=_PAGE),
    SmokeCheck(_URL, "/api/health", members=_HEALTH),
    SmokeCheck(_URL, "/api/marketplace", members=_MARKETPLACE),
    SmokeCheck(_URL, "/api/auth/me", 401),
)
