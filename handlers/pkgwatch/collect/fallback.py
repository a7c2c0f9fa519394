"""What stands in for an upstream that does not answer?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handlers.common.timestamps import parse
from handlers.pkgwatch.collect.upstream.failures import CIRCUIT_OPEN, INVALID_JSON, NOT_FOUND

Item = Mapping[str, Any]

# Whole days: what is refreshed every seventh day is a few minutes older than a week when it is refreshed.
_DAYS, _DAYS_OPEN = 7, 14
_SCORECARD = ("openssf_score", "openssf_checks", "openssf_date", "openssf_source", "openssf_checked_at")

# The attributes of an item each source answers for.
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
    """What one source gave: attributes, the tag that goes to ``sources`` ("" if it gave nothing), and its error."""

    source: str
    data: Mapping[str, Any] = field(default_factory=dict)
    tag: str = ""
    error: str = ""

    @property
    def stale(self) -> bool:
        """Taken from the item because the source did not answer."""
        return self.tag == f"{self.source}_stale"


def usable(existing: Item, code: str, now: datetime) -> bool:
    """Whether an item is recent enough to stand in for a source that failed with ``code``."""
    updated = parse(existing.get("last_updated"))
    return updated is not None and (now - updated).days <= (_DAYS_OPEN if code == CIRCUIT_OPEN else _DAYS)


def fallback(source: str, existing: Item, code: str, now: datetime) -> Part:
    """The part of a source that failed: from the item where that may be, else empty.

    A registry that says that there is no such package, or answers something that is no JSON, has answered; so have
    deps.dev and the others when they know nothing. Only GitHub's repositories may be gone for a while.
    """
    answered = code == NOT_FOUND or (code == INVALID_JSON and source in ("npm", "pypi"))
    known = held(source, existing)
    if answered or not known or not usable(existing, code, now):
        return Part(source, error=code)
    return Part(source, known, f"{source}_stale", code)


def cached(source: str, existing: Item) -> Part:
    """The part of a source that is not to be asked this time."""
    known = held(source, existing)
    return Part(source, known, f"{source}_cached" if known else "")


def held(source: str, existing: Item) -> dict[str, Any]:
    """What the item knows from a source; nothing if the source has never given anything to it."""
    if not has_answered(source, existing):
        return {}
    return {name: existing[name] for name in ATTRIBUTES[source] if existing.get(name) is not None}


def has_answered(source: str, existing: Item) -> bool:
    """Whether a source is among those the item was made from. Scorecards are also brought by deps.dev and by the
    batch, so there it is the score that counts."""
    if source == "openssf":
        return existing.get("openssf_score") is not None or existing.get("openssf_source") == "not_found"
    listed = existing.get("sources")
    tags = listed if isinstance(listed, list) else []
    return any(tag in tags for tag in (source, f"{source}_stale", f"{source}_cached"))
