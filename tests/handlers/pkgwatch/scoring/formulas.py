"""The documented formulas, written a second time as plainly as they read. log is base 10, s(x) = 1 / (1 + e^-x)."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 6, 15, 12, 30, tzinfo=UTC)


def ago(**span: float) -> str:
    return (NOW - timedelta(**span)).isoformat()


def log(x: float) -> float:
    return math.log(x) / math.log(10)


def s(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def clamp(x: float, low: float = 0.0, high: float = 1.0) -> float:
    return max(low, min(high, x))


def positive(value: Any) -> float:
    return 0 if value is None or value < 0 else value


def whole_days(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return (NOW - datetime.fromisoformat(text.replace("Z", "+00:00"))).days
    except ValueError:
        return None


def idle(item: dict[str, Any]) -> float:
    d = item.get("days_since_last_commit")
    return 365 if d is None else max(0, d)


def popular(item: dict[str, Any]) -> float:
    downloads, dependents = positive(item.get("weekly_downloads")), positive(item.get("dependents_count"))
    return max(s((log(downloads + 1) - 6) / 0.5), s((log(dependents + 1) - 3.7) / 0.5))


def maintainer(item: dict[str, Any]) -> float:
    b = item.get("true_bus_factor")
    if not b or b <= 0:
        b = item.get("active_contributors_90d")
        b = 1 if b is None else b
    opened, merged = positive(item.get("prs_opened_90d")), positive(item.get("prs_merged_90d"))
    ratio = 0.5 if opened == 0 else s(5 * (merged / opened - 0.5))
    return clamp(0.5 * math.exp(-0.693 * idle(item) / 90) + 0.3 * s(b - 2) + 0.2 * ratio)


def user(item: dict[str, Any]) -> float:
    downloads, dependents, stars = (
        positive(item.get(name)) for name in ("weekly_downloads", "dependents_count", "stars")
    )
    return clamp(
        0.5 * min(log(downloads + 1) / 7, 1) + 0.3 * min(log(dependents + 1) / 4, 1) + 0.2 * min(log(stars + 1) / 5, 1)
    )


def evolution(item: dict[str, Any]) -> float:
    days = whole_days(item.get("last_published"))
    r = 0.5 if days is None else math.exp(-0.693 * max(0, days) / 180)
    plain = item.get("commits_90d") or 0
    c = item["commits_90d_non_bot"] if "commits_90d_non_bot" in item else item.get("commits_90d")
    a = min(log(positive(c) + 1) / 1.7, 1)
    g = 0.7 * popular(item) * (1 / (1 + math.exp(clamp((plain - 10) / 3, -700, 700))))
    return clamp(0.5 * max(r, g) + 0.5 * max(a, g))


def community(item: dict[str, Any]) -> float:
    n = item.get("total_contributors") or 1
    h = item.get("avg_issue_response_hours")
    if h is None:
        i = 0.5
    elif h < 0:
        i = 0
    elif h <= 24:
        i = 1
    elif h <= 72:
        i = 0.7 + 0.3 * (1 - (h - 24) / 48)
    else:
        i = 0.7 * math.exp(-0.01 * (h - 72))
    return clamp(0.6 * min(log(n + 1) / 1.7, 1) + 0.4 * i)


def security(item: dict[str, Any]) -> float:
    openssf = item.get("openssf_score")
    o = 0.3 if openssf is None else clamp(openssf / 10)
    severities = [advisory["severity"] for advisory in item.get("advisories", [])]
    w = 3 * severities.count("CRITICAL") + 2 * severities.count("HIGH") + severities.count("MEDIUM")
    v = 1 / (1 + math.exp(min((w - 2) / 1.5, 700)))
    policy = any(c["name"] == "Security-Policy" and c["score"] >= 5 for c in item.get("openssf_checks", []))
    return clamp(0.5 * o + 0.3 * v + 0.2 * (1 if policy else 0.3))


PARTS = {
    "maintainer_health": (0.25, maintainer),
    "user_centric": (0.30, user),
    "evolution_health": (0.20, evolution),
    "community_health": (0.10, community),
    "security_health": (0.15, security),
}


def health(item: dict[str, Any]) -> float:
    total = round(100 * clamp(sum(weight * part(item) for weight, part in PARTS.values())), 1)
    if item.get("is_deprecated"):
        return min(total, 35)
    return min(total, 40) if item.get("archived") else total


def abandonment(item: dict[str, Any], months: int) -> dict[str, Any]:
    contributors = item.get("active_contributors_90d")
    contributors = 1 if contributors is None or contributors < 0 else contributors
    days = whole_days(item.get("last_published"))
    days = 365 if days is None else max(0, days)
    dampening = 1 - 0.3 * popular(item)
    inactivity = (1 - math.exp(-idle(item) / 180)) * dampening
    bus = math.exp(-max(1, contributors) / 2)
    adoption = clamp(0.9 - log(positive(item.get("weekly_downloads")) + 1) / 7, 0.1, 0.9)
    release = (1 - math.exp(-days / 365)) * dampening
    base = 0.35 * inactivity + 0.30 * bus + 0.20 * adoption + 0.15 * release
    risk = min(1 - math.exp(-((months / (52 * math.exp(-2.8 * base))) ** 1.5)), 0.95)
    if item.get("archived") or item.get("is_deprecated"):
        risk = 0.95
    return {
        "probability": 100 * risk,
        "inactivity_risk": 100 * inactivity,
        "bus_factor_risk": 100 * bus,
        "adoption_risk": 100 * adoption,
        "release_risk": 100 * release,
    }


def trust(item: dict[str, Any]) -> tuple[dict[str, Any], int]:
    age = whole_days(item.get("created_at"))
    if age is not None and age < 90:
        return {"score": 20.0, "level": "INSUFFICIENT_DATA"}, 10
    fields = ["days_since_last_commit", "weekly_downloads", "active_contributors_90d", "last_published"]
    fields += ["avg_issue_response_hours", "prs_merged_90d", "prs_opened_90d"]
    complete = len([field for field in fields if item.get(field) is not None]) / 7
    factor = 0.5 if age is None or age < 180 else 0.7 if age < 365 else 1.0
    updated = item.get("last_updated")
    hours = 0 if updated is None else (NOW - datetime.fromisoformat(updated)).total_seconds() / 3600
    fresh = 0.7 if hours > 168 else 0.9 if hours > 48 else 1.0
    errors = len([e for e in ("github_error", "npm_error", "pypi_error", "depsdev_error") if item.get(e)])
    value = 0.5 * complete + 0.3 * factor + 0.2 * fresh
    value = max(0.2, value - 0.1 * errors) if errors else value
    quality, margin = ("high", 5) if complete >= 0.8 else ("medium", 10) if complete >= 0.5 else ("low", 15)
    if errors:
        quality, margin = "low", 15
    if item.get("github_error"):
        margin = max(margin, 20 if item.get("repository_url") else 15)
    level = "HIGH" if value >= 0.8 else "MEDIUM" if value >= 0.5 else "LOW"
    return {"score": 100 * value, "level": level, "data_quality": quality, "interval_margin": margin}, margin
