"""The merged item: fresh parts, fallbacks for failed ones, defaults for everything else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.timestamps import iso
from handlers.pkgwatch.collect import download_count
from handlers.pkgwatch.collect.data_status import data_status, missing_sources
from handlers.pkgwatch.collect.fallback import Part, cached, fallback
from handlers.pkgwatch.collect.merge import Collected, merged_item

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
DEPSDEV = Part("deps.dev", {"latest_version": "1.0.0", "repository_url": "https://github.com/a/b"}, "deps.dev")
NPM = Part("npm", {"maintainer_count": 2, "repository_url": "https://github.com/of/npm"}, "npm")
GITHUB = Part("github", {"stars": 5, "true_bus_factor": 1}, "github")
COUNT = {"weekly_downloads": 7, "downloads_status": "collected"}


def ago(**duration: float) -> str:
    return iso(NOW - timedelta(**duration))


def failed(source: str, code: str = "http_503") -> Part:
    return Part(source, error=code)


def stale(source: str, **data: Any) -> Part:
    return Part(source, data, f"{source}_stale", "circuit_open")


def made(*parts: Part, existing: dict[str, Any] | None = None, retries: int = 0, **downloads: Any) -> dict[str, Any]:
    return merged_item(
        Collected("npm", "x", parts or (DEPSDEV, NPM, GITHUB), downloads), existing or {}, 2, retries, NOW
    )


def test_a_fresh_item() -> None:
    found = made(**COUNT)
    assert {name: found[name] for name in ("pk", "sk", "ecosystem", "name", "tier")} == {
        "pk": "npm#x",
        "sk": "LATEST",
        "ecosystem": "npm",
        "name": "x",
        "tier": 2,
    }
    assert found["repository_url"] == "https://github.com/a/b"
    assert found["sources"] == ["deps.dev", "npm", "github"]
    assert (found["data_status"], found["missing_sources"], found["retry_count"]) == ("complete", [], 0)
    assert {found[name] for name in ("last_updated", "collected_at", "data_updated_at")} == {iso(NOW)}
    assert found["data_freshness"] == "fresh"
    assert found["queryable"] is False  # it has no score yet
    assert not {"next_retry_at", "health_score", "scored_at", "openssf_score"} & set(found)


def test_defaults() -> None:
    found = made(failed("deps.dev"), failed("npm"))
    counts = (
        *("weekly_downloads", "dependents_count", "stars", "forks", "open_issues", "maintainer_count", "commits_90d"),
        *("active_contributors_90d", "total_contributors", "prs_opened_90d", "prs_merged_90d"),
    )
    assert {found[name] for name in counts} == {0}
    assert {found[name] for name in ("is_deprecated", "archived", "has_types", "has_exports")} == {False}
    assert found["module_type"] == "commonjs"
    assert (found["advisories"], found["licenses"]) == ([], [])
    absent = {"days_since_last_commit", "true_bus_factor", "avg_issue_response_hours", "openssf_score"}
    assert not (absent | {"created_at", "last_published", "latest_version", "repository_url"}) & set(found)


def test_empty_values_are_not_stored() -> None:
    found = made(Part("deps.dev", {"latest_version": "", "repository_url": None, "licenses": []}, "deps.dev"))
    assert not {"latest_version", "repository_url"} & set(found)
    assert found["licenses"] == []


def test_scores_are_preserved_and_unlisted_attributes_dropped() -> None:
    scores = {
        "health_score": 0,
        "risk_level": "LOW",
        "score_components": {"a": 1},
        "confidence": {"score": 2},
        "confidence_interval": [1, 2],
        "abandonment_risk": {"probability": 3},
        "scored_at": ago(days=1),
    }
    others = {
        "source": "npmsio_audit",
        "seeded_at": "x",
        "seeded_rank": 5,
        "collection_error": "x",
        "collection_error_class": "x",
        "retry_dispatched_at": "x",
        "force_rescore": True,
        "npmsio_score": 0.5,
        "stale_reason": "x",
        "github_freshness": "stale",
        "github_stale_reason": "x",
        "next_retry_at": "x",
    }
    found = made(existing={**scores, **others}, **COUNT)
    assert {name: found[name] for name in scores} == scores
    assert not set(others) & set(found)
    assert found["queryable"] is True


def test_a_positive_count_of_dependents_is_preserved() -> None:
    assert made(existing={"dependents_count": 9})["dependents_count"] == 9
    none = Part("deps.dev", {"dependents_count": 0}, "deps.dev")
    assert made(none, existing={"dependents_count": 9})["dependents_count"] == 9
    some = Part("deps.dev", {"dependents_count": 3}, "deps.dev")
    assert made(some, existing={"dependents_count": 9})["dependents_count"] == 3


def test_last_published() -> None:
    first = Part("deps.dev", {"published_at": "2025-01-01T00:00:00Z"}, "deps.dev")
    assert made(first)["last_published"] == "2025-01-01T00:00:00Z"
    registry = Part("npm", {"last_published": "2025-02-02T00:00:00Z"}, "npm")
    found = made(first, registry)
    assert found["last_published"] == "2025-02-02T00:00:00Z"
    assert not {"published_at", "maintainers"} & set(found)


@pytest.mark.parametrize(
    ("parts", "freshness"),
    [
        ((DEPSDEV, NPM, GITHUB), "fresh"),
        ((DEPSDEV, failed("npm"), GITHUB), "fresh"),
        ((DEPSDEV, NPM, stale("github", stars=1)), "mixed"),
        ((DEPSDEV, stale("npm", engines={}), cached("github", {})), "mixed"),
        ((stale("deps.dev", latest_version="1"), NPM, GITHUB), "stale"),
        ((failed("deps.dev"), stale("npm", engines={}), stale("github", stars=1)), "stale"),
    ],
)
def test_freshness(parts: tuple[Part, ...], freshness: str) -> None:
    before = ago(days=3)
    found = made(*parts, existing={"data_updated_at": before})
    assert found["data_freshness"] == freshness
    assert found["data_updated_at"] == (before if freshness == "stale" else iso(NOW))


def test_stale_parts_have_a_reason() -> None:
    found = made(stale("deps.dev", latest_version="1"), NPM, stale("github", stars=1))
    assert (found["stale_reason"], found["github_freshness"]) == ("deps.dev_circuit_open", "stale")
    assert found["github_stale_reason"] == "circuit_open"
    assert found["sources"] == ["deps.dev_stale", "npm", "github_stale"]
    assert "npm_freshness" not in found


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        ([DEPSDEV, NPM, GITHUB], []),
        ([failed("deps.dev"), NPM], ["deps.dev"]),
        ([failed("deps.dev", "package_not_found"), NPM], []),
        ([stale("deps.dev", latest_version="1"), NPM], []),
        ([DEPSDEV, failed("npm", "package_not_found"), failed("github")], ["npm", "github"]),
        ([DEPSDEV, stale("npm"), stale("github")], []),
        ([DEPSDEV, failed("pypi"), failed("openssf"), failed("bundlephobia")], ["pypi"]),
    ],
)
def test_missing_sources(parts: list[Part], missing: list[str]) -> None:
    assert missing_sources(parts) == missing


@pytest.mark.parametrize(
    ("missing", "known", "retries", "expected"),
    [
        ([], True, 4, ("complete", 0, None)),
        ([], False, 4, ("abandoned_partial", 0, None)),
        (["npm"], True, 0, ("partial", 0, 1)),
        (["npm"], True, 1, ("partial", 1, 2)),
        (["npm"], True, 2, ("partial", 2, 4)),
        (["npm"], True, 3, ("partial", 3, 8)),
        (["npm"], False, 4, ("partial", 4, 24)),
        (["npm"], True, 5, ("abandoned_partial", 5, None)),
        (["npm", "deps.dev"], False, 0, ("minimal", 0, 1)),
        (["deps.dev"], False, 5, ("abandoned_minimal", 5, None)),
    ],
)
def test_status_and_retries(missing: list[str], known: bool, retries: int, expected: tuple[Any, ...]) -> None:
    found = data_status(missing, known, retries, NOW)
    name, count, hours = expected
    assert (found["data_status"], found["retry_count"], found["missing_sources"]) == (name, count, missing)
    assert found.get("next_retry_at") == (iso(NOW + timedelta(hours=hours)) if hours else None)


EXISTING = {"sources": ["deps.dev", "npm_cached", "github_stale"], "stars": 4, "engines": {"node": "1"}, "forks": None}


@pytest.mark.parametrize(
    ("code", "age", "stands_in"),
    [
        ("http_503", {"days": 7, "hours": 23}, True),
        ("http_503", {"days": 8}, False),
        ("rate_limit_exceeded", {"days": 8}, False),
        ("circuit_open", {"days": 14, "hours": 23}, True),
        ("circuit_open", {"days": 15}, False),
        ("repository_not_found", {"days": 1}, True),
        ("rate_limit_exhausted", {"days": 1}, True),
        ("invalid_json_response", {"days": 1}, True),
    ],
)
def test_how_old_a_fallback_may_be(code: str, age: dict[str, float], stands_in: bool) -> None:
    part = fallback("github", {**EXISTING, "last_updated": ago(**age)}, code, NOW)
    assert part.error == code
    assert (part.tag, dict(part.data)) == (("github_stale", {"stars": 4}) if stands_in else ("", {}))


@pytest.mark.parametrize("code", ["package_not_found", "invalid_json_response"])
def test_an_answer_of_a_registry_is_not_replaced(code: str) -> None:
    existing = {**EXISTING, "last_updated": ago(days=1)}
    assert fallback("npm", existing, code, NOW) == Part("npm", error=code)
    assert fallback("npm", existing, "timeout", NOW).stale


def test_no_fallback_without_known_attributes() -> None:
    assert fallback("github", {"last_updated": ago(days=1), "stars": 0}, "timeout", NOW).tag == ""
    assert fallback("github", EXISTING, "timeout", NOW).tag == ""
    assert cached("pypi", EXISTING) == Part("pypi")
    assert cached("github", EXISTING) == Part("github", {"stars": 4}, "github_cached")


BATCH = {"weekly_downloads": 9, "downloads_status": "collected", "downloads_source": "bigquery"}


@pytest.mark.parametrize(
    ("found", "fetched", "usable", "count"),
    [
        ({"weekly_downloads": 5}, {"days": 1}, True, 5),
        ({"weekly_downloads": 0}, {"days": 6, "hours": 23}, False, 9),
        ({"weekly_downloads": 0}, {"days": 7}, True, 0),
        (None, {"days": 6}, False, 9),
        (None, {"days": 8}, True, 9),
        (None, {"days": 8}, False, None),
    ],
)
def test_the_best_count_of_pypi(
    found: dict[str, Any] | None, fetched: dict[str, float], usable: bool, count: int | None
) -> None:
    before = {**BATCH, "downloads_fetched_at": ago(**fetched)}
    assert download_count.best_of_pypi(found, before, usable, NOW).get("weekly_downloads") == count


def test_a_count_of_zero_is_not_reused() -> None:
    assert download_count.previous({**BATCH, "weekly_downloads": 0}) == {}
    assert download_count.previous({**BATCH, "other": 1}) == BATCH
