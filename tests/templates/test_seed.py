"""Does a seeded PkgWatch hold every kind of package and a working key for each plan?"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.pkgwatch.accounts import plans
from handlers.pkgwatch.packages import data_quality, package_names
from handlers.pkgwatch.scoring import score
from pkgops.model import LOCAL, Stage
from pkgops.seeds import SeedContext, SeedItem, Seeds
from templates.pkgwatch.seed import seed
from templates.pkgwatch.seed_data import notes, table, users

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STATUSES = {"pending", "complete", "partial", "minimal", "abandoned_partial", "abandoned_minimal"}
SCORER_ONLY = {"health_score", "risk_level", "score_components", "confidence", "abandonment_risk", "scored_at"}


def context(now: datetime = NOW, secret: str = "") -> SeedContext:
    return SeedContext(
        stage=Stage(LOCAL),
        now=now.isoformat(),
        epoch=int(now.timestamp()),
        secret=lambda name: (f"{secret}{name}-" + "Aa0_" * 11)[:43],
        days_ago=lambda days: (now - timedelta(days=days)).isoformat(),
    )


def place(seeded: SeedItem) -> tuple[str, str, str]:
    return (seeded.table, seeded.item["pk"], seeded.item["sk"])


@pytest.fixture(scope="module")
def seeds() -> Seeds:
    return seed(context())


@pytest.fixture(scope="module")
def found(seeds: Seeds) -> list[dict[str, Any]]:
    return [dict(each.item) for each in seeds.items if each.table == "storage.PackagesTableName"]


@pytest.fixture(scope="module")
def collected(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in found if "collected_at" in item]


def test_same_context_gives_the_same_seeds(seeds):
    assert seed(context()) == seeds


def test_later_seeds_keep_keys_but_not_api_keys(seeds):
    later = seed(context(NOW + timedelta(days=400), secret="other-"))
    assert [place(each) for each in later.items] == [place(each) for each in seeds.items]
    hashes = [{key["sk"] for each in run.items for key in each.related} for run in (seeds, later)]
    assert len(hashes[0]) == len(hashes[1]) == 4
    assert not hashes[0] & hashes[1]


def test_there_are_packages_enough_in_both_ecosystems(found):
    count = Counter(item["ecosystem"] for item in found)
    assert len(found) >= 60
    assert count["npm"] >= 25
    assert count["pypi"] >= 25


def test_no_key_stands_twice(seeds):
    keys = [(e.table, i["pk"], i["sk"]) for e in seeds.items for i in (e.item, *e.related)]
    assert len(set(keys)) == len(keys)


def test_scoped_names_stand_as_they_are_written(found):
    assert "npm#@babel/core" in {item["pk"] for item in found}


def test_names_are_as_the_deployed_code_looks_them_up(found):
    for item in found:
        ecosystem, name = item["ecosystem"], item["name"]
        assert package_names.normalize(ecosystem, name) == name
        assert package_names.is_valid(ecosystem, name)
        assert package_names.package_key(ecosystem, name) == (item["pk"], item["sk"])


def test_every_tier_and_status_appears(found):
    assert {item["tier"] for item in found} == {1, 2, 3}
    assert {item["data_status"] for item in found} == STATUSES


def test_no_attribute_is_empty(seeds):
    for each in seeds.items:
        for item in (each.item, *each.related):
            assert [name for name, value in item.items() if value is None or value == ""] == []


def test_every_item_is_in_the_indexes_it_belongs_to(found):
    for item in found:
        assert isinstance(item["tier"], int)
        assert item["last_updated"] <= NOW.isoformat()
        retried = item["data_status"] in {"pending", "partial", "minimal"}
        assert ("next_retry_at" in item) == retried
        if retried:
            assert item["next_retry_at"] > NOW.isoformat()
            assert item["retry_count"] < 5


def test_refreshes_are_within_the_rhythm_of_the_tier(collected):
    days = {1: 1, 2: 3, 3: 7}
    for item in collected:
        age = NOW - datetime.fromisoformat(item["last_updated"])
        assert timedelta(0) <= age <= timedelta(days=days[item["tier"]])


def test_pending_packages_await_collection_and_nobody_waits_for_their_score(seeds):
    [settled] = seeds.expected
    pending = [each for each in seeds.items if each.item.get("data_status") == "pending"]
    assert pending
    for each in pending:
        assert each.kind != settled.kind
        assert "collected_at" not in each.item
        assert "latest_version" not in each.item


def test_what_is_waited_for_is_what_gets_scored(seeds):
    [settled] = seeds.expected
    assert settled.attribute == "health_score"
    waited = [each.item for each in seeds.items if each.kind == settled.kind]
    assert waited == [each.item for each in seeds.items if "collected_at" in each.item]


def test_scores_are_left_to_the_scorer(found):
    for item in found:
        assert not SCORER_ONLY & item.keys()
        assert item["queryable"] is False


def test_every_risk_level_appears_once_scored(collected):
    level = {item["pk"]: score.score(item, NOW)["risk_level"] for item in collected}
    count = Counter(level.values())
    assert all(count[risk] >= 5 for risk in ("LOW", "MEDIUM", "HIGH", "CRITICAL"))
    assert level["npm#react"] == "LOW"
    assert level["npm#request"] == "CRITICAL"


def test_risk_levels_do_not_depend_on_the_day_of_seeding(collected):
    years_later = datetime(2031, 7, 9, tzinfo=UTC)
    later = [dict(each.item) for each in seed(context(years_later)).items if "collected_at" in each.item]
    assert [score.score(item, years_later)["health_score"] for item in later] == [
        score.score(item, NOW)["health_score"] for item in collected
    ]


def test_scored_packages_can_be_queried_unless_nobody_could_collect_them(collected):
    for item in collected:
        scored = item | {"health_score": score.score(item, NOW)["health_score"]}
        if item["data_status"] == "complete":
            assert data_quality.queryable(scored)
        if item["data_status"].endswith("minimal"):
            assert not data_quality.queryable(scored)


def test_missing_sources_agree_with_the_status(collected):
    for item in collected:
        missing, status = item["missing_sources"], item["data_status"]
        assert not set(missing) & set(item["sources"])
        assert ("deps.dev" in missing) == status.endswith("minimal")
        assert (item["retry_count"] == 0) == (not missing)
        if status == "complete":
            assert not missing
            assert item["latest_version"]
        if "deps.dev" in missing:
            assert "latest_version" not in item
        if item["ecosystem"] in missing:
            assert "created_at" not in item
            assert item["maintainer_count"] == item["weekly_downloads"] == 0


def test_what_github_did_not_tell_is_not_there(collected):
    for item in collected:
        told = "github" in item["sources"]
        assert (item["stars"] > 0) == told
        assert ("days_since_last_commit" in item) == ("true_bus_factor" in item) == told
        assert ("bus_factor_confidence" in item) == told


def test_the_numbers_of_a_package_agree(collected):
    for item in collected:
        assert item["prs_merged_90d"] <= item["prs_opened_90d"] <= 100
        assert item["active_contributors_90d"] <= item["commits_90d"] <= 100
        assert item["active_contributors_90d"] <= item["total_contributors"] <= 100
        assert (item["commits_90d"] > 0) == (item.get("days_since_last_commit", 999) <= 90), item["pk"]
        assert 24 <= item.get("avg_issue_response_hours", 24) <= 48
        assert 0 <= item.get("openssf_score", 0) <= 10
        if "created_at" in item and "last_published" in item:
            assert item["created_at"] < item["last_published"] <= NOW.isoformat()


def test_notes_are_about_seeded_packages(found):
    known = {item["pk"]: item for item in found}
    assert notes.DEPRECATED.keys() | notes.ARCHIVED | notes.ADVISORIES.keys() <= known.keys()
    assert known["npm#request"]["deprecation_message"]
    assert known["pypi#nose"]["is_deprecated"] is True
    assert known["npm#event-stream"]["archived"] is True
    assert [each["severity"] for each in known["pypi#pycrypto"]["advisories"]] == ["CRITICAL", "HIGH"]


def test_each_plan_has_a_user_and_a_key_that_goes_with_it(seeds):
    accounts = [each for each in seeds.items if each.kind == "user"]
    assert {each.item["tier"]: each.item["monthly_limit"] for each in accounts} == dict(plans.LIMITS)
    for each in accounts:
        [stored] = each.related
        [clear] = each.reveal.values()
        digest = hashlib.sha256(clear.encode()).hexdigest()
        address = hashlib.sha256(each.item["email"].encode()).hexdigest()
        assert re.fullmatch(r"pw_[A-Za-z0-9_-]{43}", clear)
        assert stored["sk"] == stored["key_hash"] == digest
        assert stored["key_suffix"] == clear[-8:]
        assert stored["pk"] == each.item["pk"] == "user_" + address[:16]
        assert each.item["sk"] == "USER_META"
        assert stored["tier"] == each.item["tier"]
        assert stored["email_verified"] is True
        assert clear not in str((each.item, stored, each.label))


def test_only_paid_plans_have_a_billing_period(seeds):
    for each in (each for each in seeds.items if each.kind == "user"):
        [stored] = each.related
        paid = each.item["tier"] != "free"
        assert ("stripe_customer_id" in stored) == ("current_period_end" in each.item) == paid
        if paid:
            assert each.item["current_period_end"] > NOW.timestamp()


def test_users_are_found_whatever_the_case_of_the_address():
    assert users.user_id("Pro@Example.com") == users.user_id("pro@example.com")


def test_a_ragged_table_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        list(table.rows("name tier\nreact"))
