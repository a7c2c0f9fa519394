"""Scores at the limits of the specified formulas, calculated by hand."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from handlers.pkgwatch.scoring.abandonment import abandonment_risk
from handlers.pkgwatch.scoring.confidence import confidence
from handlers.pkgwatch.scoring.inputs import scoring_inputs
from handlers.pkgwatch.scoring.score import risk_level, score

NOW = datetime(2026, 6, 15, 12, 30, tzinfo=UTC)


def ago(**span: float) -> str:
    return (NOW - timedelta(**span)).isoformat()


def test_an_empty_item() -> None:
    """d 365 and b 1: 0.5 e^-2.8105 + 0.3 s(-1) + 0.1 = 0.2108; E = 0.5 * 0.5; C = 0.6 log 2 / 1.7 + 0.2;
    S = 0.15 + 0.3 s(4/3) + 0.06."""
    found = score({}, NOW)
    assert found["score_components"] == {
        "maintainer_health": 21.1,
        "user_centric": 0.0,
        "evolution_health": 25.0,
        "community_health": 30.6,
        "security_health": 44.7,
    }
    assert (found["health_score"], found["risk_level"]) == (20.0, "CRITICAL")
    assert found["confidence"] == {"score": 35.0, "level": "LOW", "data_quality": "low", "interval_margin": 15}
    assert found["confidence_interval"] == [5.0, 35.0]
    assert found["abandonment_risk"]["components"] == {
        "inactivity_risk": 86.8,
        "bus_factor_risk": 60.7,
        "adoption_risk": 90.0,
        "release_risk": 63.2,
    }


@pytest.mark.parametrize(
    ("part", "item", "points"),
    [
        ("maintainer_health", {"days_since_last_commit": 0, "true_bus_factor": 2, "prs_opened_90d": 4}, 66.5),
        ("maintainer_health", {"days_since_last_commit": -3, "true_bus_factor": 2}, 75.0),
        ("maintainer_health", {"days_since_last_commit": 90, "true_bus_factor": 2}, 50.0),
        ("maintainer_health", {"days_since_last_commit": 0, "true_bus_factor": 0, "active_contributors_90d": 2}, 75.0),
        ("maintainer_health", {"days_since_last_commit": 0, "active_contributors_90d": 0}, 63.6),
        ("maintainer_health", {"days_since_last_commit": 0, "true_bus_factor": 2, "prs_opened_90d": "many"}, 75.0),
        ("maintainer_health", {"days_since_last_commit": 0, "true_bus_factor": 2, "prs_merged_90d": math.nan}, 75.0),
        ("user_centric", {"weekly_downloads": 10**7 - 1}, 50.0),
        ("user_centric", {"weekly_downloads": 10**9, "dependents_count": 10**6, "stars": 10**6}, 100.0),
        ("user_centric", {"weekly_downloads": -1, "dependents_count": 99, "stars": None}, 15.0),
        ("evolution_health", {"last_published": "2027-01-01T00:00:00Z"}, 50.0),
        ("evolution_health", {"last_published": ago(days=180)}, 25.0),
        ("evolution_health", {"last_published": ago(days=0, hours=23)}, 50.0),
        ("evolution_health", {"last_published": "not a date", "commits_90d": 99}, 75.0),
        ("evolution_health", {"commits_90d": 99, "commits_90d_non_bot": 0}, 25.0),
        ("evolution_health", {"commits_90d": 99, "commits_90d_non_bot": None}, 25.0),
        ("evolution_health", {"weekly_downloads": 10**9, "commits_90d": 0, "last_published": ago(days=9999)}, 67.4),
        ("community_health", {"total_contributors": 0}, 30.6),
        ("community_health", {"total_contributors": 1000, "avg_issue_response_hours": 0}, 100.0),
        ("community_health", {"total_contributors": 1000, "avg_issue_response_hours": 48}, 94.0),
        ("community_health", {"total_contributors": 1000, "avg_issue_response_hours": 72}, 88.0),
        ("community_health", {"total_contributors": 1000, "avg_issue_response_hours": 172}, 70.3),
        ("community_health", {"total_contributors": 1000, "avg_issue_response_hours": -1}, 60.0),
        ("community_health", {"total_contributors": 1000, "avg_issue_response_hours": math.nan}, 80.0),
        ("community_health", {"total_contributors": 1000, "avg_issue_response_hours": "quick"}, 80.0),
        ("security_health", {"openssf_score": "10"}, 79.7),
        ("security_health", {"openssf_score": 99}, 79.7),
        ("security_health", {"openssf_score": math.inf}, 44.7),
        ("security_health", {"openssf_score": [10]}, 44.7),
        ("security_health", {"openssf_score": 0}, 29.7),
        ("security_health", {"openssf_score": 10, "advisories": [{"severity": "CRITICAL"}] * 2000}, 56.0),
        ("security_health", {"openssf_score": 10, "advisories": [None, "x", {"severity": "critical"}]}, 79.7),
        ("security_health", {"openssf_score": 10, "advisories": [{"severity": "HIGH"}]}, 71.0),
        ("security_health", {"openssf_score": 10, "openssf_checks": [{"name": "Security-Policy", "score": 5}]}, 93.7),
        ("security_health", {"openssf_score": 10, "openssf_checks": [{"name": "Security-Policy", "score": 4}]}, 79.7),
        (
            "security_health",
            {"openssf_score": 10, "openssf_checks": [{}] * 100 + [{"name": "Security-Policy", "score": 9}]},
            79.7,
        ),
    ],
)
def test_parts_at_their_edges(part: str, item: dict[str, Any], points: float) -> None:
    assert score(item, NOW)["score_components"][part] == points


HEALTHY = {
    "days_since_last_commit": 0,
    "true_bus_factor": 9,
    "weekly_downloads": 10**8,
    "dependents_count": 10**5,
    "stars": 10**6,
    "last_published": ago(days=1),
    "commits_90d": 90,
    "total_contributors": 300,
    "avg_issue_response_hours": 2,
    "openssf_score": 9,
}


@pytest.mark.parametrize(
    ("flags", "most"),
    [
        ({}, 100),
        ({"archived": True}, 40),
        ({"is_deprecated": True}, 35),
        ({"archived": True, "is_deprecated": True}, 35),
    ],
)
def test_caps_only_lower(flags: dict[str, bool], most: float) -> None:
    uncapped = score(HEALTHY, NOW)
    capped = score({**HEALTHY, **flags}, NOW)
    assert uncapped["health_score"] > 85
    assert capped["health_score"] == min(uncapped["health_score"], most)
    assert capped["score_components"] == uncapped["score_components"]
    assert capped["confidence_interval"][1] <= most + 20
    assert score(flags, NOW)["health_score"] == 20.0
    assert capped["abandonment_risk"]["probability"] == (95.0 if flags else capped["abandonment_risk"]["probability"])


@pytest.mark.parametrize(
    ("points", "level"),
    [(100, "LOW"), (80, "LOW"), (79.9, "MEDIUM"), (60, "MEDIUM"), (59.9, "HIGH"), (40, "HIGH"), (39.9, "CRITICAL")],
)
def test_levels(points: float, level: str) -> None:
    assert risk_level(points) == level


def test_decimals_are_numbers() -> None:
    item = {"weekly_downloads": 120345, "openssf_score": 5.2, "avg_issue_response_hours": 30.5}
    assert score({name: Decimal(str(value)) for name, value in item.items()}, NOW) == score(item, NOW)


COMPLETE = {
    **dict.fromkeys(("days_since_last_commit", "weekly_downloads", "active_contributors_90d", "prs_merged_90d"), 0),
    "last_published": ago(days=1),
    "avg_issue_response_hours": 0,
    "prs_opened_90d": 0,
    "created_at": ago(days=365),
    "last_updated": ago(hours=48),
}


@pytest.mark.parametrize(
    ("change", "expected", "margin"),
    [
        ({}, (100.0, "HIGH", "high"), 5),
        ({"created_at": ago(days=364)}, (91.0, "HIGH", "high"), 5),
        ({"created_at": ago(days=90)}, (85.0, "HIGH", "high"), 5),
        ({"created_at": ago(days=179)}, (85.0, "HIGH", "high"), 5),
        ({"created_at": "unknown"}, (85.0, "HIGH", "high"), 5),
        ({"last_updated": ago(hours=48.1)}, (98.0, "HIGH", "high"), 5),
        ({"last_updated": ago(hours=168.1)}, (94.0, "HIGH", "high"), 5),
        ({"prs_opened_90d": None}, (92.9, "HIGH", "high"), 5),
        ({"prs_opened_90d": None, "prs_merged_90d": None}, (85.7, "HIGH", "medium"), 10),
        ({"npm_error": "x"}, (90.0, "HIGH", "low"), 15),
        ({"npm_error": "", "pypi_error": None}, (100.0, "HIGH", "high"), 5),
        ({"github_error": "x"}, (90.0, "HIGH", "low"), 15),
        ({"github_error": "x", "repository_url": "u"}, (90.0, "HIGH", "low"), 20),
    ],
)
def test_confidence(change: dict[str, Any], expected: tuple[float, str, str], margin: int) -> None:
    described, found = confidence({**COMPLETE, **change}, NOW)
    assert (described["score"], described["level"], described["data_quality"]) == expected
    assert found == described["interval_margin"] == margin


def test_confidence_has_a_minimum() -> None:
    errors = dict.fromkeys(("github_error", "npm_error", "pypi_error", "depsdev_error"), "x")
    assert confidence({**errors, "last_updated": ago(days=9)}, NOW)[0]["score"] == 20.0


@pytest.mark.parametrize("created", [ago(days=89, hours=23), ago(days=-5)])
def test_young_packages_have_insufficient_data(created: str) -> None:
    described, margin = confidence({**COMPLETE, "created_at": created}, NOW)
    assert described.pop("reason")
    assert (described, margin) == ({"score": 20.0, "level": "INSUFFICIENT_DATA"}, 10)


@pytest.mark.parametrize(
    ("item", "sentences"),
    [
        (
            {},
            [
                "No commits in 365 days",
                "Single maintainer (bus factor = 1)",
                "Low adoption (0 weekly downloads)",
                "Infrequent releases (365 days since last)",
            ],
        ),
        (
            {
                "days_since_last_commit": 91,
                "active_contributors_90d": 2,
                "weekly_downloads": 999,
                "last_published": ago(days=1366),
                "archived": True,
            },
            [
                "Low commit activity (91 days since last commit)",
                "Small maintainer pool (2 active contributors)",
                "Low adoption (999 weekly downloads)",
                "No releases in 1366 days",
                "Repository is archived",
            ],
        ),
        ({**HEALTHY, "active_contributors_90d": 3}, []),
        (
            {**HEALTHY, "active_contributors_90d": 3, "is_deprecated": True, "deprecation_message": '<b>"use & x</b>'},
            ["Package is deprecated", "Deprecation note: buse  x/b"],
        ),
        (
            {**HEALTHY, "active_contributors_90d": 3, "is_deprecated": True, "deprecation_message": "x" * 300},
            ["Package is deprecated", f"Deprecation note: {'x' * 200}"],
        ),
        (
            {**HEALTHY, "active_contributors_90d": 3, "is_deprecated": True, "deprecation_message": " <> "},
            ["Package is deprecated"],
        ),
    ],
)
def test_risk_factors(item: dict[str, Any], sentences: list[str]) -> None:
    assert abandonment_risk(scoring_inputs(item, NOW))["risk_factors"] == sentences


@pytest.mark.parametrize(
    ("months", "used"), [("x", 12), (None, 12), (0, 1), (-4, 1), ("6", 6), (7.9, 7), (math.inf, 12)]
)
def test_months(months: Any, used: int) -> None:
    assert abandonment_risk(scoring_inputs({}, NOW), months)["time_horizon_months"] == used
