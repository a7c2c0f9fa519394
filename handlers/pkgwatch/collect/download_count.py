"""The download count of a package: four attributes of its item, and which count wins.

``weekly_downloads`` is the number; ``downloads_status``, ``downloads_source`` and ``downloads_fetched_at`` say where it
comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from handlers.common.timestamps import iso, parse

COLLECTED, UNAVAILABLE = "collected", "unavailable"
ATTRIBUTES = ("weekly_downloads", "downloads_status", "downloads_source", "downloads_fetched_at")
_BATCH_LIFE = timedelta(days=7)

# Weekly downloads by package name; None for a package its registry does not know.
Counts = Mapping[str, int | None]


def collected(count: int, source: str, now: datetime) -> dict[str, Any]:
    """The attributes of a count just fetched."""
    return _attributes(COLLECTED, source, now) | {"weekly_downloads": count}


def unavailable(source: str, now: datetime) -> dict[str, Any]:
    """The attributes of a package without a count."""
    return _attributes(UNAVAILABLE, source, now) | {"weekly_downloads": 0}


def _attributes(status: str, source: str, now: datetime) -> dict[str, Any]:
    return {"downloads_status": status, "downloads_source": source, "downloads_fetched_at": iso(now)}


def previous(item: Mapping[str, Any]) -> dict[str, Any]:
    """The count of the existing item. Nothing for a count of 0, which may mean that it was unknown."""
    found = {name: item[name] for name in ATTRIBUTES if item.get(name) is not None}
    return found if found.get("weekly_downloads") else {}


def best_of_pypi(
    found: Mapping[str, Any] | None, item: Mapping[str, Any], usable: bool, now: datetime
) -> dict[str, Any]:
    """The count a PyPI package gets: one the downloads collector fetched within a week wins over 0 and over a failure,
    which is ``found`` None. ``usable`` says whether the item may replace a failed count at all."""
    if found and found.get("weekly_downloads"):
        return dict(found)
    batch = _recent(item, now)
    if batch or found is not None:
        return batch or dict(found or {})
    return previous(item) if usable else {}


def _recent(item: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    fetched = parse(item.get("downloads_fetched_at"))
    return previous(item) if fetched is not None and now - fetched < _BATCH_LIFE else {}
