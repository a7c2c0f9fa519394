"""The background functions under test: those that discover packages, with resources of their own, and the collector."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.common import aws
from handlers.pkgwatch.collect.upstream.guard import guards
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.pkgwatch.fixtures.collector import Clock, Collector
from tests.handlers.pkgwatch.fixtures.own_tables import packages_table
from tests.handlers.pkgwatch.fixtures.queues import Queue
from tests.handlers.pkgwatch.fixtures.upstreams import World, upstreams


class Discovery:
    """``queue`` is the package queue, ``discovery`` the discovery queue."""

    def __init__(self) -> None:
        self.table, self.queue, self.discovery = packages_table(), Queue.new(), Queue.new()
        self.bucket = f"raw-{secrets.token_hex(6)}"
        aws.client("s3").create_bucket(Bucket=self.bucket)
        self.namespace = f"Discovery-{secrets.token_hex(4)}"

    def add(self, name: str, tier: int = 1, ecosystem: str = "npm", updated: str = "2026-01-01") -> None:
        self.table.put({"pk": f"{ecosystem}#{name}", "sk": "LATEST", "tier": tier, "last_updated": updated})

    def get(self, pk: str) -> dict[str, Any]:
        return self.table.get((pk, "LATEST")) or {}

    def items(self) -> dict[str, dict[str, Any]]:
        return {item["pk"]: item for item in self.table.scan("sk = :latest", {"latest": "LATEST"})}

    def document(self, key: str) -> dict[str, Any]:
        return json.loads(aws.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read())

    def metrics(self) -> set[str]:
        found = aws.client("cloudwatch").list_metrics(Namespace=self.namespace)["Metrics"]
        return {metric["MetricName"] for metric in found}


@pytest.fixture
def deployed(patched: pytest.MonkeyPatch, world: Any, upstream: World) -> Iterator[Discovery]:
    made = Discovery()
    values = {
        "PACKAGES_TABLE": made.table.name,
        "PACKAGE_QUEUE_URL": made.queue.url,
        "DISCOVERY_QUEUE_URL": made.discovery.url,
        "RAW_DATA_BUCKET": made.bucket,
        "METRICS_NAMESPACE": made.namespace,
        **upstream.environment,
    }
    for name, value in values.items():
        patched.setenv(name, value)
    settings.cache_clear()
    guards.cache_clear()
    yield made
    world.keys.delete(("circuit#deps.dev", "STATE"))


@pytest.fixture(scope="module")
def clock() -> Clock:
    """The virtual time of one file's tests."""
    return Clock()


@pytest.fixture(scope="module")
def running(clock: Clock) -> Iterator[World]:
    """Upstreams in that time."""
    with upstreams(clock) as world:
        yield world


@pytest.fixture
def collector(world: Any, running: World, clock: Clock) -> Iterator[Collector]:
    """A collector with healthy upstreams; the state of circuit breakers is deleted afterwards."""
    running.heal()
    clock.left = 280.0
    yield Collector(world.packages, running, clock)
    for item in world.keys.scan("sk = :state", {"state": "STATE"}, ("pk", "sk")):
        world.keys.delete((item["pk"], "STATE"))
