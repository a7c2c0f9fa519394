"""The package collector with upstreams that answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from handlers.common import aws
from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.raw_data import RawData
from handlers.pkgwatch.collect.upstream.guard import guards
from handlers.pkgwatch.pipeline.package_collector import handler
from handlers.pkgwatch.runtime.settings import settings
from pkgops.model import Stage
from pkgops.seeds import SeedContext
from templates.pkgwatch.seed_data import packages as seeded
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.collector import Collector, message
from tests.handlers.pkgwatch.fixtures.upstreams import World

NOT_COLLECTED = {"tier", "risk_level", "openssf_checks"}


def put(collector: Collector, key: str, **attributes: Any) -> None:
    ecosystem, _, name = key.partition("#")
    collector.packages.put({"pk": key, "sk": "LATEST", "ecosystem": ecosystem, "name": name, **attributes})


def ago(collector: Collector, **duration: float) -> str:
    return iso(collector.clock.now - timedelta(**duration))


def test_seed_data_equals_collected_data(collector: Collector) -> None:
    """Seed data is what the collector would store; here it does."""
    now = collector.clock.now
    context = SeedContext(
        Stage("local"), iso(now), int(now.timestamp()), lambda _: "", lambda days: iso(now - timedelta(days=days))
    )
    names = {"npm#react", "npm#@babel/core", "npm#express", "npm#xmldom", "npm#left-pad", "pypi#flask", "pypi#sklearn"}
    wanted = {item["pk"]: item for item in seeded.items(context) if item["pk"] in names}
    assert collector.deliver(*(message(key) for key in wanted)) == []
    for key, expected in wanted.items():
        found = collector.item(key)
        facts = {name: value for name, value in expected.items() if not isinstance(value, str)} | {
            name: expected[name] for name in ("latest_version", "repository_url", "data_status", "downloads_source")
        }
        assert {name: found.get(name) for name in facts if name not in NOT_COLLECTED} == {
            name: value for name, value in facts.items() if name not in NOT_COLLECTED
        }
        assert set(expected) <= set(found)
        assert found["collected_at"] == iso(now)
    assert collector.counted() == {
        "PackagesCollected npm": 5,
        "PackagesCollected pypi": 2,
        "BatchProcessingTime": pytest.approx(2000, abs=2000),
        "BatchSize": 7,
        "BatchSuccesses": 7,
        "BatchFailures": 0,
    }


def test_downloads_of_unscoped_packages_are_fetched_in_bulk(collector: Collector) -> None:
    keys = ("npm#lodash", "npm#axios", "npm#@types/node", "npm#Chalk")
    assert collector.deliver(*(message(key, force_refresh=True) for key in keys)) == []
    assert sorted(collector.world.asked("/npm_api/")) == [
        "/npm_api/downloads/point/last-week/@types%2Fnode",
        "/npm_api/downloads/point/last-week/axios,chalk,lodash",
    ]
    sources = {key: collector.item(key.lower())["downloads_source"] for key in keys}
    assert sources == {"npm#lodash": "bulk", "npm#axios": "bulk", "npm#@types/node": "npm_api", "npm#Chalk": "bulk"}


def test_downloads_are_fetched_singly_when_the_bulk_request_fails(collector: Collector) -> None:
    collector.world.fault("/npm_api/.*,.*", status=503)
    assert collector.deliver(*(message(key, force_refresh=True) for key in ("npm#debug", "npm#glob"))) == []
    assert collector.item("npm#debug")["weekly_downloads"] == 390_000_000
    assert collector.item("npm#debug")["downloads_source"] == "npm_api"


def test_invalid_messages(collector: Collector) -> None:
    bad = ["{", "[]", '"text"', "", json.dumps({"ecosystem": "npm"}), json.dumps({"ecosystem": "cargo", "name": "x"})]
    bad += [json.dumps({"ecosystem": "npm", "name": name}) for name in ("../x", "_x", "", 5, "x" * 300)]
    assert collector.deliver(message("npm#vue"), *bad) == list(range(1, 12))
    counted = collector.counted()
    assert (counted["MessageParseError"], counted["CollectionFailures unknown validation_error"]) == (4, 7)
    assert (counted["BatchSuccesses"], counted["BatchFailures"]) == (1, 11)
    assert collector.item("npm#vue")["stars"] == 51_600


def test_a_recently_updated_package_is_skipped(collector: Collector) -> None:
    put(collector, "npm#next", data_status="partial", last_updated=ago(collector, minutes=29), stars=1)
    assert collector.deliver(message("npm#next")) == []
    assert collector.item("npm#next")["stars"] == 1
    put(collector, "npm#next", data_status="partial", last_updated=ago(collector, minutes=30), stars=1)
    assert collector.deliver(message("npm#next")) == []
    assert collector.item("npm#next")["stars"] == 134_000


@pytest.mark.parametrize("more", [{"data_status": "pending"}, {"data_status": "partial", "force_refresh": True}])
def test_pending_and_forced_packages_are_not_skipped(collector: Collector, more: dict[str, Any]) -> None:
    put(collector, "npm#vite", data_status=more["data_status"], last_updated=ago(collector, minutes=1))
    assert collector.deliver(message("npm#vite", **more)) == []
    assert collector.item("npm#vite")["stars"] == 75_800


@pytest.mark.parametrize(
    ("reason", "more", "collected"),
    [
        ("daily_refresh", {}, False),
        ("graph_expansion_discovery", {}, False),
        ("user_request", {}, True),
        ("scan_discovery", {}, True),
        ("daily_refresh", {"force_refresh": True}, True),
    ],
)
def test_reasons_that_collect_an_abandoned_package(
    collector: Collector, reason: str, more: dict[str, Any], collected: bool
) -> None:
    put(collector, "npm#jquery", data_status="abandoned_partial", last_updated=ago(collector, days=9), retry_count=5)
    assert collector.deliver(message("npm#jquery", reason, **more)) == []
    assert ("stars" in collector.item("npm#jquery")) == collected


@pytest.mark.parametrize(
    ("reason", "stored", "tier"),
    [
        ("user_request", 3, 3),
        ("incomplete_data_retry", 2, 2),
        ("scan_discovery", None, 1),
        ("daily_refresh", 3, 1),
        ("three_day_refresh", 3, 1),
        ("daily_tier3_refresh", 3, 1),
        ("manual", 3, 1),
        ("seed_packages", 3, 1),
    ],
)
def test_reasons_that_set_the_tier(collector: Collector, reason: str, stored: int | None, tier: int) -> None:
    put(collector, "npm#uuid", data_status="complete", **({} if stored is None else {"tier": stored}))
    assert collector.deliver(message("npm#uuid", reason)) == []
    assert collector.item("npm#uuid")["tier"] == tier


def test_a_message_without_a_tier(collector: Collector) -> None:
    assert collector.deliver({"ecosystem": "npm", "name": "commander"}) == []
    assert collector.item("npm#commander")["tier"] == 3


def test_a_package_twice_in_a_batch_is_collected_once(collector: Collector) -> None:
    put(collector, "npm#semver", data_status="pending")
    assert collector.deliver(*[message("npm#semver"), message("npm#SemVer", "user_request")] * 3) == []
    assert collector.counted()["PackagesCollected npm"] == 1
    assert len(collector.world.asked("/npm/semver")) == 1


def test_a_scorecard_that_deps_dev_lacks(collector: Collector) -> None:
    collector.world.fault("/depsdev/v3/projects/.*", status=404)
    assert collector.deliver(message("npm#redux", force_refresh=True)) == []
    first = collector.item("npm#redux")
    assert (first["openssf_score"], first["openssf_source"]) == (5.6, "direct")
    assert first["openssf_date"] == (collector.clock.now - timedelta(days=3)).date().isoformat()
    assert "openssf" in first["sources"]
    collector.deliver(message("npm#redux", force_refresh=True))
    again = collector.item("npm#redux")
    assert (again["openssf_score"], again["openssf_source"]) == (5.6, "cached_fresh")
    assert len(collector.world.asked("/openssf/")) == 1


def test_a_missing_scorecard_is_not_requested_for_a_week(collector: Collector) -> None:
    collector.world.fault("/depsdev/v3/projects/.*", status=404)
    collector.world.fault("/openssf/.*", status=404)
    for _ in range(2):
        assert collector.deliver(message("npm#moment", force_refresh=True)) == []
    assert collector.item("npm#moment")["openssf_source"] == "not_found"
    assert collector.item("npm#moment")["data_status"] == "complete"
    assert len(collector.world.asked("/openssf/")) == 1


def test_bundle_sizes(collector: Collector) -> None:
    collector.skip_bundlephobia = False
    assert collector.deliver(message("npm#zod", force_refresh=True), message("pypi#six", force_refresh=True)) == []
    found = collector.item("npm#zod")
    assert (found["bundle_size_gzip"], found["bundle_size_category"], found["bundle_dependency_count"]) == (
        12_288,
        "small",
        3,
    )
    assert "bundle_size" not in collector.item("pypi#six")


def test_raw_data_is_stored(collector: Collector) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="raw-data")
    collector.raw_data = RawData(partial(aws.client, "s3"), "raw-data")
    assert collector.deliver(message("npm#@types/node", force_refresh=True)) == []
    key = f"npm/@types/node/{collector.clock.now:%Y-%m-%d}.json"
    document = json.loads(s3.get_object(Bucket="raw-data", Key=key)["Body"].read())
    assert document["sources"]["npm"]["data"]["maintainers"] == ["maintainer-0"]
    collector.raw_data = RawData(partial(aws.client, "s3"), "no-such-bucket")
    assert collector.deliver(message("npm#@types/node", force_refresh=True)) == []


def test_the_function(world: Any, running: World, patched: pytest.MonkeyPatch) -> None:
    running.heal()
    aws.client("secretsmanager").create_secret(Name="test/github", SecretString='{"token": "from-the-secret"}')
    environment = {**running.environment, "GITHUB_TOKEN_SECRET_ARN": "test/github", "SKIP_BUNDLEPHOBIA": "true"}
    for name, value in environment.items():
        patched.setenv(name, value)
    settings.cache_clear()
    guards.cache_clear()
    records = [{"messageId": "m", "body": json.dumps(message("pypi#celery"))}, {"messageId": "n", "body": "{"}]
    context = Context("pkgwatch-package-collector", remaining=60_000)
    assert handler({"Records": records}, context) == {"batchItemFailures": [{"itemIdentifier": "n"}]}
    assert world.packages.get(("pypi#celery", "LATEST"))["data_status"] == "complete"
    assert running.authorization == {"", "Bearer from-the-secret"}
    hour = f"{datetime.now(UTC):%Y-%m-%d-%H}"
    counted = [world.keys.get((f"github_rate_limit#{shard}", hour)) for shard in range(10)]
    assert any(counted)
    patched.setenv("GITHUB_TOKEN_SECRET_ARN", "no-such-secret")
    settings.cache_clear()
    assert handler({"Records": []}, context) == {"batchItemFailures": []}
