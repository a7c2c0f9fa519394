"""A collector in a test's hands: its time stands still, its breakers are its own, what it waits is written down."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.common.dynamodb import Table
from handlers.pkgwatch.collect.batches import handle
from handlers.pkgwatch.collect.collection import Upstreams
from handlers.pkgwatch.collect.collector import Services
from handlers.pkgwatch.collect.raw_data import RawData
from handlers.pkgwatch.collect.sources.github import GitHub
from handlers.pkgwatch.collect.upstream.client import Web, connections
from handlers.pkgwatch.collect.upstream.deadline import Budget
from handlers.pkgwatch.collect.upstream.guard import Gate
from handlers.pkgwatch.runtime import settings as environment
from handlers.pkgwatch.runtime.breakers import LIMITS, Breaker
from handlers.pkgwatch.runtime.metrics import Metrics
from tests.fakes.upstreams import World

_PLACES = ("depsdev", "npm_registry", "npm_api", "pypi", "pypistats", "github_api", "openssf", "bundlephobia")


@dataclass
class Clock:
    """Virtual time: whoever sleeps moves it. ``left`` are the seconds a run has."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    left: float = 280.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.left -= seconds
        self.now += timedelta(seconds=seconds)


def web(clock: Clock) -> Web:
    return Web(connections(), Budget(lambda: clock.left, clock.sleep))


@dataclass
class Collector:
    """One container. ``keys`` makes its breakers those of all containers."""

    packages: Table
    world: World
    clock: Clock
    keys: Table | None = None
    raw: RawData = field(default_factory=lambda: RawData(lambda: None, ""))
    metrics: Metrics = field(default_factory=lambda: Metrics(lambda: None, "Test"))
    skip_bundlephobia: bool = True

    def __post_init__(self) -> None:
        self.gates = {name: Gate(Breaker(self.keys, name, self.clock)) for name in LIMITS}

    def services(self) -> Services:
        asking = web(self.clock)
        addresses = {f"{name}_base_url": self.world.environment[f"{name.upper()}_BASE_URL"] for name in _PLACES}
        settings = replace(environment.settings(), skip_bundlephobia=self.skip_bundlephobia, **addresses)
        github = GitHub(asking, settings.github_api_base_url, "a-token")
        upstreams = Upstreams(asking, self.gates, github, settings)
        return Services(self.packages, upstreams, self.raw, self.clock, timedelta(minutes=30))

    def deliver(self, *messages: Mapping[str, Any] | str) -> list[int]:
        """Hands over a batch; the positions of the messages that are to come again."""
        bodies = [body if isinstance(body, str) else json.dumps(body) for body in messages]
        records = [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]
        result = handle(self.services(), records, self.metrics)
        return [int(row["itemIdentifier"]) for row in result["batchItemFailures"]]

    def counted(self) -> dict[str, float]:
        """The metrics since the last time, by name and dimensions: ``CollectionFailures npm timeout``."""
        found = {
            " ".join((name, *(value for _, value in dimensions))): number
            for (name, _, dimensions), number in self.metrics._values.items()
        }
        self.metrics._values.clear()
        return found

    def item(self, key: str) -> dict[str, Any]:
        return self.packages.get((key, "LATEST"), consistent=True) or {}


def message(key: str, reason: str = "daily_refresh", **more: Any) -> dict[str, Any]:
    ecosystem, _, name = key.partition("#")
    return {"ecosystem": ecosystem, "name": name, "tier": 1, "reason": reason, **more}


def document(package: str, **changed: Any) -> dict[str, Any]:
    """What the npm registry says of a package with one version."""
    made = {
        "name": package,
        "dist-tags": {"latest": "1.0.0"},
        "time": {"created": "2020-01-01T00:00:00.000Z", "1.0.0": "2020-01-01T00:00:00.000Z"},
        "maintainers": [{"name": "somebody"}],
        "versions": {"1.0.0": {}},
    }
    return made | changed


def new_name() -> str:
    return f"package-{secrets.token_hex(5)}"
