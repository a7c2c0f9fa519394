"""The merge of a collection's parts into the package's item.

The item replaces the existing one as a whole: an attribute that is not named here is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.data_status import data_status, missing_sources
from handlers.pkgwatch.collect.fallback import Part
from handlers.pkgwatch.collect.upstream.failures import NOT_FOUND as UNKNOWN
from handlers.pkgwatch.packages.data_quality import NOT_FOUND, queryable
from handlers.pkgwatch.packages.package_names import package_key

SCORES = (
    *("health_score", "risk_level", "score_components", "confidence", "confidence_interval"),
    *("abandonment_risk", "scored_at"),
)
_COUNTS = (
    *("weekly_downloads", "dependents_count", "stars", "forks", "open_issues", "maintainer_count", "commits_90d"),
    *("active_contributors_90d", "total_contributors", "prs_opened_90d", "prs_merged_90d"),
)
_FLAGS = ("is_deprecated", "archived", "has_types", "has_exports")
_LISTS = ("advisories", "openssf_checks", "contribution_distribution", "licenses", "python_versions")
_NOT_STORED = ("published_at", "maintainers")
_DEFAULTS: Mapping[str, Any] = {
    **dict.fromkeys(_COUNTS, 0),
    **dict.fromkeys(_FLAGS, False),
    "module_type": "commonjs",
}


@dataclass(frozen=True, slots=True)
class Collected:
    """The result of a collection. ``downloads`` are the attributes of the download count."""

    ecosystem: str
    name: str
    parts: Sequence[Part]
    downloads: Mapping[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """All attributes. deps.dev's repository wins over the registry's, its scorecard over OpenSSF's own."""
        found: dict[str, Any] = {}
        for part in reversed(self.parts):
            found |= part.data
        return found | dict(self.downloads)


def merged_item(
    collected: Collected, existing: Mapping[str, Any], tier: int, retries: int, now: datetime
) -> dict[str, Any]:
    """The new item. ``existing`` is the one it replaces, {} if there is none; ``retries`` as in `data_status`."""
    found = collected.data
    found.setdefault("last_published", found.get("published_at"))
    # deps.dev sometimes counts nothing for a while; a package does not lose all its dependents.
    found["dependents_count"] = found.get("dependents_count") or existing.get("dependents_count") or 0
    freshness = _freshness(collected.parts)
    key, sort_key = package_key(collected.ecosystem, collected.name)
    item = {
        **_DEFAULTS,
        **{name: [] for name in _LISTS},
        **{name: existing.get(name) for name in SCORES},
        **{name: value for name, value in found.items() if name not in _NOT_STORED},
        **_sources(collected.parts),
        **data_status(missing_sources(collected.parts), bool(found.get("latest_version")), retries, now),
        "pk": key,
        "sk": sort_key,
        "ecosystem": collected.ecosystem,
        "name": collected.name,
        "tier": tier,
        "last_updated": iso(now),
        "collected_at": iso(now),
        "data_freshness": freshness,
        "data_updated_at": existing.get("data_updated_at") if freshness == "stale" else iso(now),
    }
    item["queryable"] = queryable(item)
    return {name: value for name, value in item.items() if value is not None and value != ""}


def exists_nowhere(collected: Collected, existing: Mapping[str, Any]) -> bool:
    """Whether deps.dev and the registry have both answered that they know no such package, and neither knew it
    before."""
    answers = [part.error for part in collected.parts if part.source in ("deps.dev", collected.ecosystem)]
    return answers == [UNKNOWN, UNKNOWN] and not existing.get("latest_version")


def unknown_item(collected: Collected, now: datetime) -> dict[str, Any]:
    """The item of a name that exists nowhere: not scored, in no index, and so never refreshed by itself."""
    key, sort_key = package_key(collected.ecosystem, collected.name)
    return {
        "pk": key,
        "sk": sort_key,
        "ecosystem": collected.ecosystem,
        "name": collected.name,
        "data_status": NOT_FOUND,
        "last_updated": iso(now),
        "queryable": False,
    }


def _sources(parts: Sequence[Part]) -> dict[str, Any]:
    """The sources the item comes from, and the reason for each stale one."""
    found: dict[str, Any] = {"sources": [part.tag for part in parts if part.tag]}
    for part in parts:
        if part.stale and part.source == "deps.dev":
            found["stale_reason"] = f"deps.dev_{part.error}"
        elif part.stale:
            found |= {f"{part.source}_freshness": "stale", f"{part.source}_stale_reason": part.error}
    return found


def _freshness(parts: Sequence[Part]) -> str:
    """stale if deps.dev's part or every part with data is, mixed if some are, else fresh."""
    stale = [part.stale for part in parts if part.tag]
    depsdev = any(part.stale for part in parts if part.source == "deps.dev")
    if depsdev or (stale and all(stale)):
        return "stale"
    return "mixed" if any(stale) else "fresh"
