"""The data status of a collected package: how complete it is, and when its collection is retried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.fallback import Part
from handlers.pkgwatch.collect.upstream.failures import NOT_FOUND

MAX_RETRIES = 5
_RETRY_HOURS = (1, 2, 4, 8, 24)
_REQUIRED = ("deps.dev", "npm", "pypi", "github")


def missing_sources(parts: Sequence[Part]) -> list[str]:
    """The sources that failed without a fallback. A package unknown to deps.dev misses nothing; one unknown to its
    registry does."""
    return [
        part.source
        for part in parts
        if part.source in _REQUIRED
        and part.error
        and not part.stale
        and not (part.source == "deps.dev" and part.error == NOT_FOUND)
    ]


def data_status(missing: Sequence[str], has_version: bool, retries: int, now: datetime) -> dict[str, Any]:
    """``data_status``, ``missing_sources``, ``retry_count`` and, where there is another retry, ``next_retry_at``.
    ``retries`` includes this collection if it is one."""
    found = "minimal" if "deps.dev" in missing else "partial" if missing else "complete"
    result: dict[str, Any] = {"missing_sources": list(missing), "retry_count": retries if missing else 0}
    if found == "complete":
        return {"data_status": "complete" if has_version else "abandoned_partial", **result}
    if retries >= MAX_RETRIES:
        return {"data_status": f"abandoned_{found}", **result}
    next_retry = now + timedelta(hours=_RETRY_HOURS[max(0, retries)])
    return {"data_status": found, **result, "next_retry_at": iso(next_retry)}
