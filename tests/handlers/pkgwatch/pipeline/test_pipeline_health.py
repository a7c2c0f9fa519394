"""The health check of the pipeline."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.common import aws
from handlers.pkgwatch.pipeline.pipeline_health import handler, overall, run_checks
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.queues import Queue


class Depths:
    """Queues of a given depth."""

    def __init__(self, **depths: int) -> None:
        self.depths = depths

    def get_queue_attributes(self, **call: Any) -> dict[str, Any]:
        shown = {"ApproximateNumberOfMessages": str(self.depths[call["QueueUrl"]])}
        return {"Attributes": {**shown, "ApproximateNumberOfMessagesNotVisible": "7"}}


@pytest.mark.parametrize(
    ("main", "dead", "calls", "statuses", "whole"),
    [
        (0, 0, 0, "healthy healthy healthy", "healthy"),
        (999, 9, 599, "healthy healthy healthy", "healthy"),
        (1000, 0, 0, "degraded healthy healthy", "degraded"),
        (0, 10, 0, "healthy degraded healthy", "degraded"),
        (1000, 99, 0, "degraded degraded healthy", "degraded"),
        (0, 100, 0, "healthy unhealthy healthy", "unhealthy"),
        (0, 0, 600, "healthy healthy degraded", "healthy"),
        (0, 0, 719, "healthy healthy degraded", "healthy"),
        (0, 0, 720, "healthy healthy unhealthy", "unhealthy"),
        (5000, 0, 800, "degraded healthy unhealthy", "unhealthy"),
    ],
)
def test_levels(main: int, dead: int, calls: int, statuses: str, whole: str) -> None:
    found = run_checks(Depths(main=main, dead=dead), "main", "dead", lambda: calls)
    expected = statuses.split()
    assert [check["status"] for check in found.values()] == expected
    assert list(found) == ["main_queue", "dlq", "github_rate_limit"]
    assert overall(found) == whole
    assert found["main_queue"] == {"status": expected[0], "depth": main, "in_flight": 7}
    assert found["github_rate_limit"]["usage_percent"] == round(100 * calls / 800, 1)


@pytest.fixture
def deployed(patched: pytest.MonkeyPatch, world: Any) -> tuple[Queue, Queue]:
    main, dead = Queue.new(), Queue.new()
    patched.setenv("PACKAGE_QUEUE_URL", main.url)
    patched.setenv("DLQ_URL", dead.url)
    patched.setenv("METRICS_NAMESPACE", f"Health-{secrets.token_hex(4)}")
    settings.cache_clear()
    return main, dead


def run() -> tuple[int, dict[str, Any]]:
    answer = json.loads(json.dumps(handler({}, Context())))
    return answer["statusCode"], json.loads(answer["body"])


def sent_metrics() -> set[str]:
    found = aws.client("cloudwatch").list_metrics(Namespace=settings().metrics_namespace)["Metrics"]
    return {metric["MetricName"] for metric in found}


def test_healthy(deployed: tuple[Queue, Queue]) -> None:
    deployed[0].put({"name": "x"})
    status, body = run()
    assert (status, body["status"]) == (200, "healthy")
    assert body["checks"]["main_queue"]["depth"] == 1
    assert datetime.fromisoformat(body["timestamp"]) <= datetime.now(UTC)
    assert sent_metrics() == {"QueueDepth", "DLQDepth", "HealthStatus"}


def test_many_dead_letters(deployed: tuple[Queue, Queue]) -> None:
    deployed[1].put(*({"name": str(number)} for number in range(10)))
    status, body = run()
    assert (status, body["status"], body["checks"]["dlq"]) == (503, "degraded", {"status": "degraded", "depth": 10})


def test_exhausted_github_limit(deployed: tuple[Queue, Queue], world: Any) -> None:
    now = datetime.now(UTC)
    shards = [(f"github_rate_limit#{number}", f"{now:%Y-%m-%d-%H}") for number in range(10)]
    for pk, sk in shards:
        world.keys.put({"pk": pk, "sk": sk, "calls": 75})
    status, body = run()
    for shard in shards:
        world.keys.delete(shard)
    assert status == 503
    assert body["checks"]["github_rate_limit"] == {
        "status": "unhealthy",
        "calls": 750,
        "limit": 800,
        "usage_percent": 93.8,
    }


def test_a_queue_that_cannot_be_read(deployed: tuple[Queue, Queue], patched: pytest.MonkeyPatch) -> None:
    patched.setenv("DLQ_URL", deployed[1].url + "-gone")
    settings.cache_clear()
    status, body = run()
    assert (status, body["status"], body["checks"]["dlq"]["status"]) == (503, "unhealthy", "unhealthy")
    assert sent_metrics() == {"QueueDepth", "HealthStatus"}


def test_a_table_that_cannot_be_read(deployed: tuple[Queue, Queue], patched: pytest.MonkeyPatch) -> None:
    patched.setenv("API_KEYS_TABLE", "there-is-no-such-table")
    settings.cache_clear()
    status, body = run()
    assert (status, body["checks"]["github_rate_limit"]["status"]) == (503, "unhealthy")
