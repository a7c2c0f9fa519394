"""The package collector with failing upstreams, invalid items and little time: nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from handlers.common import aws
from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso, parse
from handlers.pkgwatch.collect.raw_data import RawData
from handlers.pkgwatch.pipeline.score_calculator import rescore
from tests.handlers.pkgwatch.fixtures.collector import Collector, message

MERGED = ("latest_version", "weekly_downloads", "dependents_count", "stars", "openssf_score", "maintainer_count")


def merged(collector: Collector, key: str) -> dict[str, Any]:
    item = collector.item(key)
    return {name: item.get(name) for name in MERGED}


def retry(key: str, *sources: str) -> dict[str, Any]:
    """What the retry dispatcher sends."""
    return message(key, "incomplete_data_retry", force_refresh=True, retry_sources=list(sources))


def test_a_failed_source_costs_only_its_part(collector: Collector) -> None:
    collector.world.fault("/github/.*", status=503)
    assert collector.deliver(message("npm#eslint")) == []
    item = collector.item("npm#eslint")
    assert (item["data_status"], item["missing_sources"], item["stars"]) == ("partial", ["github"], 0)
    assert item["latest_version"] == "9.37.0"
    assert parse(item["next_retry_at"]) == collector.clock.now + timedelta(hours=1)


def test_a_retry_queries_only_missing_sources(collector: Collector) -> None:
    collector.world.fault("/github/.*", status=404)
    collector.deliver(message("npm#webpack"))
    assert collector.item("npm#webpack")["missing_sources"] == ["github"]
    collector.world.heal()
    assert collector.deliver(retry("npm#webpack", "github")) == []
    item = collector.item("npm#webpack")
    assert (item["data_status"], item["retry_count"], item["stars"]) == ("complete", 0, 65_600)
    assert item["sources"] == ["deps.dev", "npm_cached", "github"]
    assert (item["maintainer_count"], item["weekly_downloads"]) == (4, 34_000_000)
    assert collector.world.asked("/npm/") == collector.world.asked("/npm_api/") == []
    assert "next_retry_at" not in item


def test_five_retries_and_no_more(collector: Collector) -> None:
    collector.world.fault("/pypi/pypi/numpy/.*", status=404)
    collector.deliver(message("pypi#numpy"))
    seen = []
    for _ in range(5):
        assert collector.deliver(retry("pypi#numpy", "pypi")) == []
        item = collector.item("pypi#numpy")
        waits = parse(item.get("next_retry_at"))
        hours = (waits - collector.clock.now) / timedelta(hours=1) if waits else None
        seen.append((item["data_status"], item["retry_count"], hours))
        collector.clock.wait(days=1)
    assert seen == [
        *(("partial", count, 2.0**count if count < 4 else 24.0) for count in range(1, 5)),
        ("abandoned_partial", 5, None),
    ]
    collector.world.heal()
    assert collector.deliver(message("pypi#numpy")) == []
    assert collector.world.asked() == []


def test_a_retry_counts_even_if_the_collection_fails(collector: Collector) -> None:
    collector.world.fault("/npm/axios", status=404)
    collector.deliver(message("npm#axios"))
    collector.clock.left = 0
    assert collector.deliver(retry("npm#axios", "npm")) == [0]
    item = collector.item("npm#axios")
    assert (item["retry_count"], item["data_status"]) == (1, "partial")
    assert item["collection_error"].startswith("timed out")
    assert item["collection_error_class"] == "OutOfTime"
    assert collector.counted()["CollectionFailures npm timeout"] == 1


def test_messages_without_time_are_sent_again(collector: Collector) -> None:
    """Delivered again, they are collected: nothing of the first attempt is left on the item."""
    keys = ("npm#prettier", "npm#jest", "pypi#django")
    collector.clock.left = 0
    assert collector.deliver(*map(message, keys)) == [0, 1, 2]
    assert [collector.item(key) for key in keys] == [{}, {}, {}]
    collector.clock.left = 280.0
    assert collector.deliver(*map(message, keys)) == []
    assert all(collector.item(key)["data_status"] == "complete" for key in keys)
    assert not [key for key in keys if "collection_error" in collector.item(key)]


def test_a_collection_that_runs_out_of_time_stores_only_its_error(collector: Collector) -> None:
    collector.deliver(message("npm#fastify"))
    before = collector.item("npm#fastify")
    collector.clock.left = 30.0
    collector.world.fault("/npm/.*", status=429, headers={"Retry-After": "40"})
    assert collector.deliver(message("npm#fastify", force_refresh=True)) == [0]
    after = collector.item("npm#fastify")
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"collection_error", "collection_error_class", "collection_error_at"}


def test_an_invalid_item_does_not_affect_the_others(collector: Collector) -> None:
    collector.packages.put({"pk": "npm#chalk", "sk": "LATEST", "retry_count": "arn:aws:s3:::x no number"})
    assert collector.deliver(message("npm#chalk"), message("npm#debug")) == [0]
    assert collector.item("npm#debug")["data_status"] == "complete"
    item = collector.item("npm#chalk")
    assert item["collection_error_class"] == "ValueError"
    assert "[arn]" in item["collection_error"]
    assert collector.counted()["CollectionFailures npm ValueError"] == 1


def test_a_failing_table(collector: Collector, missing_table: Table) -> None:
    collector.packages = missing_table
    assert collector.deliver(message("npm#vue"), message("pypi#flask")) == [0, 1]
    assert collector.counted()["BatchFailures"] == 2


def test_the_raw_data_bucket_is_optional(collector: Collector) -> None:
    collector.raw_data = RawData(partial(aws.client, "s3"), "there-is-no-such-bucket")
    assert collector.deliver(message("npm#glob")) == []
    assert collector.item("npm#glob")["data_status"] == "complete"


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 429},
        {"status": 403},
        {"kind": "truncated"},
        {"kind": "closed"},
        {"document": {"packageKey": {"name": "another"}, "name": "another", "message": "no"}},
    ],
)
def test_all_sources_failing_at_once(collector: Collector, fault: dict[str, Any]) -> None:
    collector.deliver(message("npm#express"))
    before, updated = merged(collector, "npm#express"), collector.item("npm#express")["data_updated_at"]
    collector.clock.wait(days=1)
    collector.world.fault("/(?!npm_api|github).*", **fault)
    collector.world.fault("/(npm_api|github)/.*", **({"status": 500} if "document" in fault else fault))
    assert collector.deliver(message("npm#express")) == []
    item = collector.item("npm#express")
    assert merged(collector, "npm#express") == before
    assert item["data_freshness"] == "stale"
    assert item["data_updated_at"] == updated
    assert (item["data_status"], item["npm_freshness"], item["github_freshness"]) == ("complete", "stale", "stale")
    collector.world.heal()
    collector.deliver(message("npm#express", force_refresh=True))
    assert collector.item("npm#express")["data_freshness"] == "fresh"
    assert not {"stale_reason", "npm_freshness", "github_stale_reason"} & set(collector.item("npm#express"))


def test_an_hour_without_upstreams(world: Any, collector: Collector) -> None:
    """Sixty minutes of virtual time, two containers, a batch every four minutes: the breakers keep most requests from
    being made, every item keeps its data, and afterwards everything is fresh without anybody's help."""
    npm = ("@babel/core", "@types/node", "typescript", "commander", "shelljs", "core-js", "cheerio")
    keys = [*(f"npm#{name}" for name in npm), "pypi#requests", "pypi#pandas", "pypi#scipy"]
    batch = [message(key, force_refresh=True) for key in keys]
    containers = [Collector(world.packages, collector.world, collector.clock, keys=world.keys) for _ in range(2)]
    assert containers[0].deliver(*batch) == []
    before = {key: merged(collector, key) for key in keys}
    collector.world.heal()
    collector.world.fault(".*", status=503)
    start, batches = collector.clock.now, 0
    while collector.clock.now - start < timedelta(hours=1):
        assert containers[batches % 2].deliver(*batch) == []
        collector.clock.left = 280.0
        collector.clock.wait(minutes=4)
        batches += 1
    assert {key: merged(collector, key) for key in keys} == before
    assert {collector.item(key)["stale_reason"] for key in keys} <= {"deps.dev_circuit_open", "deps.dev_http_503"}
    # Three probes of three attempts each time, where ten packages would be thirty.
    assert 9 <= len(collector.world.asked("/depsdev/")) <= 30 + 9 * batches
    assert 9 <= len(collector.world.asked("/github/")) <= 30 + 9 * batches
    collector.world.heal()
    for _ in range(4):
        collector.clock.wait(minutes=2)
        assert containers[0].deliver(*batch) == []
    assert {collector.item(key)["data_freshness"] for key in keys} == {"fresh"}
    assert {key: merged(collector, key) for key in keys} == before


def test_sources_that_failed_too_long_are_missing(collector: Collector) -> None:
    collector.deliver(message("pypi#boto3"))
    collector.clock.wait(days=16)
    collector.world.fault(".*", status=503)
    collector.deliver(message("pypi#boto3"))
    item = collector.item("pypi#boto3")
    assert (item["data_status"], item["missing_sources"]) == ("minimal", ["deps.dev", "pypi"])
    assert item["dependents_count"] == 27_000
    assert (item["queryable"], item["data_freshness"]) == (False, "fresh")
    collector.world.heal()
    assert collector.deliver(retry("pypi#boto3", *item["missing_sources"])) == []
    item = collector.item("pypi#boto3")
    assert (item["data_status"], item["stars"]) == ("complete", 9600)
    assert item["sources"] == ["deps.dev", "pypi", "github"]


def test_a_message_delivered_twice_is_scored_once_a_collection(collector: Collector) -> None:
    key = ("npm#lodash", "LATEST")
    scored = []
    for _ in range(3):
        assert collector.deliver(message("npm#lodash")) == []
        collector.clock.wait(seconds=1)
        scored.append(not rescore(collector.packages, key, collector.clock.now).skipped)
    assert scored == [True, False, False]
    health = collector.item("npm#lodash")["health_score"]
    collector.clock.wait(hours=1)
    collector.deliver(message("npm#lodash"))
    item = collector.item("npm#lodash")
    assert (item["health_score"], item["queryable"], item["collected_at"]) == (health, True, iso(collector.clock.now))


def test_an_open_circuit_sends_no_requests(world: Any, collector: Collector) -> None:
    for _ in range(5):
        collector.guards["github"].breaker.failure()
    collector.deliver(message("npm#chart.js"))
    collector.deliver(message("npm#zod"))
    assert collector.world.asked("/github/") == []
    assert collector.item("npm#zod")["missing_sources"] == ["github"]
