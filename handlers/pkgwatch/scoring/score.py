"""The health score of a package.

The formulas are those of the specification, part by part; each part is within 0 and 1. Pure: the time is an argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import exp, log10
from typing import Any

from handlers.pkgwatch.scoring.abandonment import abandonment_risk
from handlers.pkgwatch.scoring.confidence import confidence
from handlers.pkgwatch.scoring.inputs import ScoringInputs, count, number, scoring_inputs, sigmoid

_SEVERITIES = {"CRITICAL": 3, "HIGH": 2, "MEDIUM": 1}
_MAX_ADVISORIES = 1000
_MAX_CHECKS = 100


def score(item: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The attributes the scorer stores: health_score, risk_level, score_components, confidence, confidence_interval,
    abandonment_risk."""
    inputs = scoring_inputs(item, now)
    maintainer, user, evolution = _maintainer(inputs), _user(inputs), _evolution(inputs)
    community, security = _community(item), _security(item)
    total = 0.25 * maintainer + 0.30 * user + 0.20 * evolution + 0.10 * community + 0.15 * security
    health = _capped(item, round(100 * _within(total), 1))
    trust, margin = confidence(item, now)
    return {
        "health_score": health,
        "risk_level": risk_level(health),
        "score_components": {
            "maintainer_health": round(100 * maintainer, 1),
            "user_centric": round(100 * user, 1),
            "evolution_health": round(100 * evolution, 1),
            "community_health": round(100 * community, 1),
            "security_health": round(100 * security, 1),
        },
        "confidence": trust,
        "confidence_interval": [round(max(0.0, health - margin), 1), round(min(100.0, health + margin), 1)],
        "abandonment_risk": abandonment_risk(inputs),
    }


def risk_level(health: float) -> str:
    """LOW, MEDIUM, HIGH or CRITICAL."""
    if health >= 80:
        return "LOW"
    if health >= 60:
        return "MEDIUM"
    return "HIGH" if health >= 40 else "CRITICAL"


def _capped(item: Mapping[str, Any], health: float) -> float:
    if item.get("is_deprecated"):
        return min(health, 35.0)
    return min(health, 40.0) if item.get("archived") else health


def _maintainer(inputs: ScoringInputs) -> float:
    bus_factor = number(inputs.item.get("true_bus_factor")) or 0
    if bus_factor <= 0:
        bus_factor = inputs.contributors
    recency = exp(-0.693 * inputs.idle_days / 90)
    return _within(0.5 * recency + 0.3 * sigmoid(bus_factor - 2) + 0.2 * _merge_ratio(inputs.item))


def _merge_ratio(item: Mapping[str, Any]) -> float:
    opened, merged = item.get("prs_opened_90d"), item.get("prs_merged_90d")
    try:
        opened = 0 if opened is None else max(0, int(opened))
        merged = 0 if merged is None else max(0, int(merged))
    except (TypeError, ValueError, OverflowError):
        return 0.5
    return sigmoid(5 * (merged / opened - 0.5)) if opened else 0.5


def _user(inputs: ScoringInputs) -> float:
    stars = log10(count(inputs.item.get("stars")) + 1)
    used = 0.5 * min(inputs.log_downloads / 7, 1) + 0.3 * min(inputs.log_dependents / 4, 1)
    return _within(used + 0.2 * min(stars / 5, 1))


def _evolution(inputs: ScoringInputs) -> float:
    item = inputs.item
    age = inputs.release_age
    release = 0.5 if age is None else exp(-0.693 * max(0, age) / 180)
    all_commits = number(item.get("commits_90d")) or 0
    commits = count(item["commits_90d_non_bot"]) if "commits_90d_non_bot" in item else max(0, all_commits)
    activity = min(log10(commits + 1) / 1.7, 1)
    mature = 0.7 * inputs.popularity * sigmoid((10 - all_commits) / 3)
    return _within(0.5 * max(release, mature) + 0.5 * max(activity, mature))


def _community(item: Mapping[str, Any]) -> float:
    people = count(item.get("total_contributors")) or 1
    return _within(0.6 * min(log10(people + 1) / 1.7, 1) + 0.4 * _response(item.get("avg_issue_response_hours")))


def _response(value: object) -> float:
    hours = number(value)
    if hours is None:
        return 0.5
    if hours < 0:
        return 0.0
    if hours <= 24:
        return 1.0
    if hours <= 72:
        return 0.7 + 0.3 * (1 - (hours - 24) / 48)
    return 0.7 * exp(-0.01 * (hours - 72))


def _security(item: Mapping[str, Any]) -> float:
    openssf = number(item.get("openssf_score"))
    practice = 0.3 if openssf is None else _within(openssf / 10)
    weight = sum(_weight(advisory) for advisory in _objects(item.get("advisories"), _MAX_ADVISORIES))
    policy = 1.0 if _has_policy(item.get("openssf_checks")) else 0.3
    return _within(0.5 * practice + 0.3 * sigmoid((2 - weight) / 1.5) + 0.2 * policy)


def _weight(advisory: dict[str, Any]) -> int:
    severity = advisory.get("severity")
    return _SEVERITIES.get(severity, 0) if isinstance(severity, str) else 0


def _has_policy(checks: object) -> bool:
    return any(
        check.get("name") == "Security-Policy" and (number(check.get("score")) or 0) >= 5
        for check in _objects(checks, _MAX_CHECKS)
    )


def _objects(entries: object, limit: int) -> list[dict[str, Any]]:
    return [entry for entry in entries[:limit] if isinstance(entry, dict)] if isinstance(entries, list) else []


def _within(part: float) -> float:
    return min(1.0, max(0.0, part))
