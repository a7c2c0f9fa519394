"""The confidence in a package's score."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.common.timestamps import parse
from handlers.pkgwatch.scoring.inputs import age_in_days

_FIELDS = (
    "days_since_last_commit",
    "weekly_downloads",
    "active_contributors_90d",
    "last_published",
    "avg_issue_response_hours",
    "prs_merged_90d",
    "prs_opened_90d",
)
_ERRORS = ("github_error", "npm_error", "pypi_error", "depsdev_error")
_MIN_AGE = 90  # days


def confidence(item: Mapping[str, Any], now: datetime) -> tuple[dict[str, Any], int]:
    """The ``confidence`` attribute, and the margin in points on either side of the health score."""
    age = age_in_days(item.get("created_at"), now)
    if age is not None and age < _MIN_AGE:
        reason = f"The package is younger than {_MIN_AGE} days"
        return {"score": 20.0, "level": "INSUFFICIENT_DATA", "reason": reason}, 10
    get = item.get
    completeness = sum(get(field) is not None for field in _FIELDS) / len(_FIELDS)
    errors = sum(bool(get(error)) for error in _ERRORS)
    value = 0.5 * completeness + 0.3 * _age_factor(age) + 0.2 * _freshness(get("last_updated"), now)
    if errors:
        value = max(0.2, value - 0.1 * errors)
    quality, margin = _quality(completeness, errors)
    if get("github_error"):
        margin = max(margin, 20 if get("repository_url") else 15)
    attribute = {
        "score": round(100 * value, 1),
        "level": "HIGH" if value >= 0.8 else "MEDIUM" if value >= 0.5 else "LOW",
        "data_quality": quality,
        "interval_margin": margin,
    }
    return attribute, margin


def _age_factor(days: int | None) -> float:
    if days is None or days < 180:
        return 0.5
    return 0.7 if days < 365 else 1.0


def _freshness(updated: object, now: datetime) -> float:
    time = parse(updated)
    hours = 0.0 if time is None else (now - time).total_seconds() / 3600
    if hours > 168:
        return 0.7
    return 0.9 if hours > 48 else 1.0


def _quality(completeness: float, errors: int) -> tuple[str, int]:
    if errors or completeness < 0.5:
        return "low", 15
    return ("high", 5) if completeness >= 0.8 else ("medium", 10)
