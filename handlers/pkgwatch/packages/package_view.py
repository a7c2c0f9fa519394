"""A package as clients see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from handlers.pkgwatch.packages import data_quality

Item = Mapping[str, Any]

_SIGNALS = (
    "weekly_downloads",
    "dependents_count",
    "stars",
    "days_since_last_commit",
    "commits_90d",
    "active_contributors_90d",
    "maintainer_count",
    "is_deprecated",
    "archived",
    "openssf_score",
)
_SUMMARIZED = {
    "Branch-Protection",
    "Signed-Releases",
    "Security-Policy",
    "Code-Review",
    "Dependency-Update-Tool",
    "Vulnerabilities",
}
_FEEDBACK = "https://github.com/Dlaranjo/pkgwatch/issues/new?title=Score+feedback:+{}/{}&labels=score-feedback"


def package_view(ecosystem: str, name: str, item: Item) -> dict[str, Any]:
    """The body of GET /packages/{ecosystem}/{name}."""
    return {
        "package": name,
        "ecosystem": ecosystem,
        "health_score": item.get("health_score"),
        "risk_level": item.get("risk_level"),
        "abandonment_risk": item.get("abandonment_risk"),
        "components": item.get("score_components"),
        "confidence": item.get("confidence"),
        "signals": _signals(item),
        "openssf_checks": _checks(item.get("openssf_checks")),
        "advisories": item.get("advisories") or [],
        "latest_version": item.get("latest_version"),
        "last_published": item.get("last_published"),
        "repository_url": item.get("repository_url"),
        "last_updated": item.get("last_updated"),
        "data_quality": data_quality.full(item),
        "feedback_url": _FEEDBACK.format(quote(ecosystem, safe=""), quote(name, safe="")),
    }


def scan_view(name: str, item: Item) -> dict[str, Any]:
    """A package's entry in a scan."""
    return {
        "package": name,
        "health_score": item.get("health_score"),
        "risk_level": item.get("risk_level"),
        "abandonment_risk": item.get("abandonment_risk") or {},
        "is_deprecated": item.get("is_deprecated") or False,
        "archived": item.get("archived") or False,
        "last_updated": item.get("last_updated"),
        "data_quality": data_quality.compact(item),
    }


def _signals(item: Item) -> dict[str, Any]:
    signals: dict[str, Any] = {name: item.get(name) for name in _SIGNALS}
    signals["true_bus_factor"] = item.get("true_bus_factor", 1)
    signals["bus_factor_confidence"] = item.get("bus_factor_confidence", "LOW")
    return signals


def _checks(stored: Any) -> dict[str, Any]:
    checks = [check for check in stored if isinstance(check, dict)] if isinstance(stored, list) else []
    every = [_check(check) for check in checks]
    return {
        "summary": {
            check["name"]: {"score": check["score"], "status": _status(check["score"])}
            for check in every
            if check["name"] in _SUMMARIZED
        },
        "all_checks": every,
    }


def _check(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": stored.get("name"),
        "score": stored.get("score") or 0,
        "reason": stored.get("reason") or "",
    }


def _status(score: float) -> str:
    if score >= 8:
        return "pass"
    return "partial" if score >= 5 else "fail"
