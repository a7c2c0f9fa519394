"""Scores compared with a second implementation of the specified formulas."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.pkgwatch.scoring.abandonment import abandonment_risk
from handlers.pkgwatch.scoring.inputs import scoring_inputs
from handlers.pkgwatch.scoring.score import risk_level, score
from tests.handlers.pkgwatch.scoring.formulas import NOW, PARTS, abandonment, ago, health, trust


def close(found: float, expected: float) -> bool:
    """Equal to one decimal; where the exact value lies between two, either."""
    return abs(found - expected) <= 0.05 + 1e-9


COUNT = st.none() | st.integers(-2, 40) | st.integers(0, 10**8)
MOMENT = (
    st.none()
    | st.integers(-400, 2500).map(lambda days: ago(days=days))
    | st.just("soon")
    | st.just("2026-01-01T00:00:00Z")
)
FIELDS: dict[str, Any] = {
    **dict.fromkeys(("weekly_downloads", "dependents_count", "stars", "commits_90d", "commits_90d_non_bot"), COUNT),
    "days_since_last_commit": st.none() | st.integers(-5, 1500),
    "true_bus_factor": st.none() | st.integers(-1, 12),
    "active_contributors_90d": st.none() | st.integers(-1, 60),
    "total_contributors": st.none() | st.integers(0, 300),
    "prs_opened_90d": st.none() | st.integers(-2, 80),
    "prs_merged_90d": st.none() | st.integers(-2, 90),
    "avg_issue_response_hours": st.none() | st.floats(-5, 1000),
    "openssf_score": st.none() | st.floats(-1, 12),
    "advisories": st.lists(
        st.fixed_dictionaries({"severity": st.sampled_from(["CRITICAL", "HIGH", "MEDIUM", "LOW", "high"])}),
        max_size=6,
    ),
    "openssf_checks": st.lists(
        st.fixed_dictionaries({"name": st.sampled_from(["Security-Policy", "Fuzzing"]), "score": st.integers(-1, 10)}),
        max_size=3,
    ),
    "last_published": MOMENT,
    "created_at": MOMENT,
    "last_updated": st.none() | st.integers(0, 400).map(lambda hours: ago(hours=hours)),
    **dict.fromkeys(("github_error", "npm_error", "pypi_error", "depsdev_error"), st.none() | st.just("x")),
    "repository_url": st.none() | st.just("https://github.com/o/r"),
    "archived": st.booleans(),
    "is_deprecated": st.booleans(),
}
ITEMS = st.fixed_dictionaries({}, optional=FIELDS)
ENTRY = st.dictionaries(st.sampled_from(["severity", "name", "score"]), st.text() | st.lists(st.none()))
ANYTHING = (
    st.none()
    | st.booleans()
    | st.text()
    | st.floats()
    | st.integers(-(10**30), 10**30)
    | st.lists(st.none() | st.integers() | ENTRY)
)


@settings(max_examples=600, deadline=None)
@given(ITEMS, st.integers(1, 60))
def test_every_number_equals_the_specified_formula(item: dict[str, Any], months: int) -> None:
    found = score(item, NOW)
    for name, (_, part) in PARTS.items():
        assert close(found["score_components"][name], 100 * part(item)), name
    assert abs(found["health_score"] - health(item)) < 0.11
    assert found["risk_level"] == risk_level(found["health_score"])
    described, margin = trust(item)
    got = found["confidence"]
    assert close(got["score"], described.pop("score"))
    assert {name: got[name] for name in described} == described
    low, high = found["confidence_interval"]
    assert close(low, max(0, found["health_score"] - margin))
    assert close(high, min(100, found["health_score"] + margin))
    risk, expected = abandonment_risk(scoring_inputs(item, NOW), months), abandonment(item, months)
    assert risk["time_horizon_months"] == months
    assert close(risk["probability"], expected.pop("probability"))
    assert all(close(risk["components"][name], value) for name, value in expected.items())


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([*FIELDS]), ANYTHING))
def test_any_item_can_be_scored(item: dict[str, Any]) -> None:
    found = score(item, NOW)
    assert 0 <= found["health_score"] <= 100
    assert 0 <= found["abandonment_risk"]["probability"] <= 95
    assert all(0 <= part <= 100 for part in found["score_components"].values())
