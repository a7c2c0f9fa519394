"""The fallback for a source that fails or is not queried: what the existing item has from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handlers.common.timestamps import parse
from handlers.pkgwatch.collect.upstream.failures import CIRCUIT_OPEN, INVALID_JSON, NOT_FOUND

Item = Mapping[str, Any]

# Whole days: an item refreshed every seventh day is a few minutes older than a week when its turn comes.
_MAX_DAYS, _MAX_DAYS_OPEN = 7, 14
_SCORECARD = ("openssf_score", "openssf_checks", "openssf_date", "openssf_source", "openssf_checked_at")

# The attributes of an item that come from each source.
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "deps.dev": ("latest_version", "licenses", "advisories", "dependents_count", "repository_url"),
    "npm": (
        *("created_at", "last_published", "maintainer_count", "repository_url", "is_deprecated"),
        *("deprecation_message", "has_types", "module_type", "has_exports", "engines"),
    ),
    "pypi": (
        *("created_at", "last_published", "maintainer_count", "repository_url", "is_deprecated"),
        *("requires_python", "development_status", "python_versions"),
    ),
    "github": (
        *("stars", "forks", "open_issues", "archived", "days_since_last_commit", "commits_90d", "commits_90d_non_bot"),
        *("active_contributors_90d", "total_contributors", "true_bus_factor", "bus_factor_confidence"),
        *("contribution_distribution", "avg_issue_response_hours", "prs_opened_90d", "prs_merged_90d"),
    ),
    "openssf": _SCORECARD,
    "bundlephobia": ("bundle_size", "bundle_size_gzip", "bundle_size_category", "bundle_dependency_count"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """The result of one source: attributes, its tag in the item's ``sources`` ("" if it gave nothing), and its
    error."""

    source: str
    data: Mapping[str, Any] = field(default_factory=dict)
    tag: str = ""
    error: str = ""

    @property
    def stale(self) -> bool:
        """Whether the data comes from the existing item because the source failed."""
        return self.tag == f"{self.source}_stale"


def can_replace(existing: Item, code: str, now: datetime) -> bool:
    """Whether an item is recent enough to replace the result of a source that failed with ``code``."""
    updated = parse(existing.get("last_updated"))
    return updated is not None and (now - updated).days <= (_MAX_DAYS_OPEN if code == CIRCUIT_OPEN else _MAX_DAYS)


def fallback(source: str, existing: Item, code: str, now: datetime) -> Part:
    """The part of a source that failed: from the existing item where that is allowed, else empty.

    "Not found" is an answer of any source, and a response that is not JSON is one of a registry; neither is replaced.
    Only GitHub's repositories may be missing for a while.
    """
    answered = code == NOT_FOUND or (code == INVALID_JSON and source in ("npm", "pypi"))
    known = _attributes_from(source, existing)
    if answered or not known or not can_replace(existing, code, now):
        return Part(source, error=code)
    return Part(source, known, f"{source}_stale", code)


def cached(source: str, existing: Item) -> Part:
    """The part of a source that is not queried this time."""
    known = _attributes_from(source, existing)
    return Part(source, known, f"{source}_cached" if known else "")


def _attributes_from(source: str, existing: Item) -> dict[str, Any]:
    if not has_answered(source, existing):
        return {}
    return {name: existing[name] for name in ATTRIBUTES[source] if existing.get(name) is not None}


def has_answered(source: str, existing: Item) -> bool:
    """Whether the existing item has data from a source. Scorecards also come from deps.dev and from the scheduled
    collector, so the score decides there."""
    if source == "openssf":
        return existing.get("openssf_score") is not None or existing.get("openssf_source") == "not_found"
    listed = existing.get("sources")
    tags = listed if isinstance(listed, list) else []
    return any(tag in tags for tag in (source, f"{source}_stale", f"{source}_cached"))
