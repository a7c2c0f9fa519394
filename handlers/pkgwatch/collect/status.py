"""How complete is what was collected, and when is it tried again?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.fallback import Part
from handlers.pkgwatch.collect.upstream.failures import NOT_FOUND

MOST_RETRIES = 5
_RETRY_HOURS = (1, 2, 4, 8, 24)
_COUNTED = ("deps.dev", "npm", "pypi", "github")


def missing_sources(parts: Sequence[Part]) -> list[str]:
    """The sources that failed without the item standing in for them. A package that deps.dev does not know misses
    nothing; one that its registry does not know does."""
    return [
        part.source
        for part in parts
        if part.source in _COUNTED
        and part.error
        and not part.stale
        and not (part.source == "deps.dev" and part.error == NOT_FOUND)
    ]


def status(missing: Sequence[str], known: bool, retries: int, now: datetime) -> dict[str, Any]:
    """``data_status``, ``missing_sources``, ``retry_count`` and, where it is tried again, ``next_retry_at``.

    ``known`` says whether there is a version; ``retries`` counts this run if it is one.
    """
    found = "minimal" if "deps.dev" in missing else "partial" if missing else "complete"
    result: dict[str, Any] = {"missing_sources": list(missing), "retry_count": retries if missing else 0}
    if found == "complete":
        return {"data_status": "complete" if known else "abandoned_partial", **result}
    if retries >= MOST_RETRIES:
        return {"data_status": f"abandoned_{found}", **result}
    next_retry = now + timedelta(hours=_RETRY_HOURS[max(0, retries)])
    return {"data_status": found, **result, "next_retry_at": iso(next_retry)}
