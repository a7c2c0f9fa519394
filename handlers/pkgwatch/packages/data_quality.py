"""The quality of a package's data, as clients see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Item = Mapping[str, Any]

# The status of a name under which no source knows a package. Its item only says so, and since when.
NOT_FOUND = "not_found"

_ABANDONED = ("abandoned_minimal", "abandoned_partial")
_GAPS = (
    (("github",), "GitHub data could not be collected"),
    (("npm", "pypi"), "registry data is incomplete"),
    (("deps.dev", "depsdev"), "dependency data from deps.dev is missing"),
)


def status(item: Item) -> str:
    """The stored data status; an item without one counts as minimal."""
    return item.get("data_status") or "minimal"


def assessment(item: Item) -> str:
    """VERIFIED, PARTIAL, UNVERIFIED or UNAVAILABLE."""
    stored = status(item)
    if stored == "complete":
        return "VERIFIED"
    if stored == "partial" and item.get("repository_url"):
        return "PARTIAL"
    return "UNAVAILABLE" if stored in _ABANDONED else "UNVERIFIED"


def exists(item: Item | None) -> bool:
    """Whether there is a package, as far as is known: no item, or that of a name nobody knows, is none."""
    return item is not None and item.get("data_status") != NOT_FOUND


def compact(item: Item) -> dict[str, Any]:
    """The short form, of a scan."""
    return {"assessment": assessment(item), "has_repository": bool(item.get("repository_url"))}


def full(item: Item) -> dict[str, Any]:
    """The long form, of a single package."""
    missing = item.get("missing_sources")
    sources = missing if isinstance(missing, list) else []
    return {
        "status": status(item),
        "assessment": assessment(item),
        "missing_sources": sources,
        "has_repository": bool(item.get("repository_url")),
        "explanation": _explanation(item, sources),
    }


def queryable(item: Item) -> bool:
    """Whether a package has enough data to be shown: a version, a score (0 counts), and downloads, dependents or
    completeness."""
    if not item.get("latest_version") or item.get("health_score") is None:
        return False
    used = (item.get("weekly_downloads") or 0) > 0 or (item.get("dependents_count") or 0) > 0
    return used or item.get("data_status") == "complete"


def _explanation(item: Item, missing: list[Any]) -> str:
    stored = status(item)
    if stored == "complete":
        return "All data sources have answered"
    if stored in _ABANDONED:
        return "Some data stays unavailable: collecting it failed repeatedly"
    gaps = [] if item.get("repository_url") else ["no repository URL is known"]
    gaps += [text for names, text in _GAPS if any(name in missing for name in names)]
    text = "; ".join(gaps) or "some data is still being collected"
    return text[0].upper() + text[1:]
