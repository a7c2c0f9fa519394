"""Does a package get from a queue to its score, and is nothing lost where that fails? Without a network.

Messages that would be held back for minutes are looked at and thrown away, so that no other test meets them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.conftest import Deployed
from tests.e2e.pkgwatch.pipeline import DEAD, DISCOVERY, PACKAGE, RAW, TABLE, Pipeline
from tests.emulator import ACCOUNT, client
from tests.waiting import eventually

pytestmark = pytest.mark.e2e

NAMESPACE = "PkgWatch-local"


@pytest.fixture
def pipeline(pkgwatch: Deployed) -> Iterator[Pipeline]:
    """Its queues empty and its upstreams well, before and after."""
    found = Pipeline(pkgwatch)
    yield found
    found.upstream("DELETE", "/_faults")
    for queue in (PACKAGE, DEAD, DISCOVERY):
        found.sqs.purge_queue(QueueUrl=found.url(queue))


def message(ecosystem: str, name: str, **more: Any) -> dict[str, Any]:
    return {"ecosystem": ecosystem, "name": name, "tier": 1, "reason": "manual", "force_refresh": True, **more}


def test_a_handful_is_collected_and_scored_offline(pipeline: Pipeline) -> None:
    before = pipeline.item("npm#express")
    report = pipeline.pkgwatch.rows("seed-dev", "--collect", "--offline")["pkgwatch"]["collected"]
    assert report["stuck"] == []
    assert {one["label"] for one in report["arrived"]} >= {"npm/svelte", "npm/express", "pypi/flask"}
    assert {one["reported"]["data_status"] for one in report["arrived"]} == {"complete"}
    express = pipeline.item("npm#express")
    assert (express["tier"], express["sources"]) == (before["tier"], ["deps.dev", "npm", "github"])
    assert 0 < express["health_score"] <= 100
    asked = pipeline.upstream("GET", "/_requests")
    assert any(path.startswith("/github/repos/expressjs/express/commits") for path in asked)
    key = f"npm/express/{express['collected_at'][:10]}.json"
    raw = json.loads(pipeline.s3.get_object(Bucket=RAW, Key=key)["Body"].read())
    assert raw["sources"]["deps.dev"]["data"]["latest_version"] == express["latest_version"]


def test_what_somebody_asks_for_is_there_soon_after(pipeline: Pipeline) -> None:
    """From the API's request to its answer, through everything."""
    pkgwatch = pipeline.pkgwatch
    wanted = {"ecosystem": "pypi", "name": "made-up-popular"}
    assert pkgwatch.request("POST", "/packages/request", wanted).status == 200
    item = pipeline.scored_after("pypi#made-up-popular", {})
    found = pkgwatch.request("GET", "/packages/pypi/made-up-popular", key=pkgwatch.keys["pro"])
    assert found.status == 200
    assert found.json()["health_score"] == float(item["health_score"])
    unknown = {"ecosystem": "pypi", "name": "nobody-made-this-up"}
    assert pkgwatch.request("POST", "/packages/request", unknown).outcome == (404, "package_not_found")


def test_what_is_incomplete_is_tried_again(pipeline: Pipeline) -> None:
    """Until then it is not lost from sight: it says what is missing, and when it is due."""
    before = pipeline.item("npm#zod")
    aside = {"Item": pipeline.dynamodb.get_item(**_key("npm#zod"))["Item"]}
    pipeline.dynamodb.delete_item(**_key("npm#zod"))  # what is known would stand in for what fails
    pipeline.upstream("POST", "/_faults", {"path": "/github/.*", "status": 422})
    try:
        pipeline.send(PACKAGE, message("npm", "zod"))
        item = pipeline.scored_after("npm#zod", before)
        assert (item["data_status"], item["missing_sources"]) == ("partial", ["github"])
        past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
        pipeline.dynamodb.update_item(
            **_key("npm#zod"),
            UpdateExpression="SET next_retry_at = :past",
            ExpressionAttributeValues={":past": {"S": past}},
        )
        result = pipeline.runs("retry-dispatcher", "pkgwatch-retry-dispatcher")
        assert (result["found"], result["dispatched"], result["errors"]) == (1, 1, 0)
        assert pipeline.item("npm#zod")["retry_dispatched_at"]
    finally:
        pipeline.dynamodb.put_item(TableName=TABLE, **aside)


def _key(pk: str) -> dict[str, Any]:
    return {"TableName": TABLE, "Key": {"pk": {"S": pk}, "sk": {"S": "LATEST"}}}


def test_a_poisoned_message_ends_on_record(pipeline: Pipeline) -> None:
    """After three deliveries it is among the dead letters, beside it the good one is collected."""
    before = pipeline.item("pypi#flask")
    with pipeline.impatient(PACKAGE):
        pipeline.send(PACKAGE, message("npm", "../../etc/passwd"), message("pypi", "flask"))
        eventually(lambda: pipeline.depth(DEAD) == 1)
    pipeline.scored_after("pypi#flask", before)
    assert pipeline.row(PACKAGE)["dead"] == 1
    result = pipeline.runs("dlq-processor", "dlq-processor")
    assert result == {"processed": 1, "requeued": 0, "permanently_failed": 1, "skipped": 0}
    (record,) = pipeline.failures("../../etc/passwd")
    assert (record["failure_reason"], record["ecosystem"]) == ("permanent_error", "npm")
    assert pipeline.quiet(DEAD)


def test_dead_letters_get_another_try_or_are_given_up(pipeline: Pipeline) -> None:
    passing = message("npm", "express", _last_error="503 Service Unavailable", _retry_count=1)
    tried = message("npm", "tried-too-often", _last_error="timed out", _retry_count=5)
    pipeline.send(DEAD, passing, tried, "not JSON")
    result = pipeline.runs("dlq-processor", "pkgwatch-dlq-processor")
    assert result == {"processed": 3, "requeued": 1, "permanently_failed": 1, "skipped": 1}
    assert pipeline.row(PACKAGE)["delayed"] == 1  # two minutes
    assert [record["failure_reason"] for record in pipeline.failures("tried-too-often")] == ["max_retries_exceeded"]


def test_an_operator_sends_dead_letters_back(pipeline: Pipeline) -> None:
    before = pipeline.item("pypi#flask")
    pipeline.send(DEAD, message("pypi", "flask"))
    would = pipeline.pkgwatch.pkgops("queues", "redrive", "package-dlq", "--dry-run").stdout
    assert "Would move 1 message from" in would
    assert pipeline.depth(DEAD) == 1
    moved = pipeline.pkgwatch.rows("queues", "redrive", "package-dlq")
    assert (moved["source"], moved["target"], moved["moved"]) == (DEAD, PACKAGE, 1)
    pipeline.scored_after("pypi#flask", before)
    assert pipeline.quiet(DEAD)


def test_a_tier_is_dispatched_by_hand(pipeline: Pipeline) -> None:
    answer = pipeline.runs("RefreshDispatcher", "daily-refresh")
    assert answer["statusCode"] == 200
    body = json.loads(answer["body"])
    assert (body["tier"], body["errors"]) == (1, 0)
    assert body["messages_sent"] == body["total_packages"] > 10
    row = pipeline.row(PACKAGE)
    assert row["delayed"] > 0  # spread over five minutes


def test_dependencies_nobody_knew_are_discovered(pipeline: Pipeline) -> None:
    pipeline.dynamodb.delete_item(**_key("npm#made-up-popular"))
    answer = pipeline.runs("graph-expander-dispatcher", "graph-expander-dispatcher")
    assert answer["packages"] > 0 == answer["errors"]
    item = eventually(lambda: pipeline.item("npm#made-up-popular"))
    assert item["tier"] == 3
    eventually(lambda: pipeline.quiet(DISCOVERY))
    assert pipeline.item("npm#made-up-rare") == {}
    assert pipeline.scored_after("npm#made-up-popular", {})["data_status"] == "complete"


def test_the_top_packages_are_published_for_everybody(pipeline: Pipeline) -> None:
    answer = pipeline.runs("publish-top-packages", "pkgwatch-publish-top-packages")
    assert answer["published"] > 10
    endpoint = pipeline.pkgwatch.emulator.endpoint
    bucket = f"{endpoint}/pkgwatch-public-data-{ACCOUNT}-local"
    found = pipeline.pkgwatch.request("GET", f"{bucket}/data/top-npm-packages.json")
    assert (found.status, found.headers["content-type"]) == (200, "application/json")
    downloads = [row["download_count"] for row in found.json()["rows"]]
    assert downloads == sorted(downloads, reverse=True)
    assert len(downloads) == answer["published"]


def test_it_says_how_it_is_and_alarms_hear_of_it(pipeline: Pipeline) -> None:
    health = pipeline.runs("pipeline-health", "pipeline-health")
    assert health["statusCode"] == 200
    assert json.loads(health["body"])["checks"]["dlq"] == {"status": "healthy", "depth": 0}
    census = pipeline.runs("data-status-metrics", "data-status-metrics")
    assert census["counts"]["complete"] > 50
    cloudwatch = client(pipeline.pkgwatch.emulator, "cloudwatch")
    told = {metric["MetricName"] for metric in cloudwatch.list_metrics(Namespace=NAMESPACE)["Metrics"]}
    assert told >= {"MinimalPackages", "PypiDownloadCoverage", "QueueDepth", "HealthStatus", "PackagesCollected"}
    names = [f"pkgwatch-{name}-local" for name in ("minimal-packages-high", "pypi-download-coverage-low")]
    alarms = cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
    assert [alarm["StateValue"] for alarm in alarms] == ["OK", "OK"]
