"""The circuit breakers of upstreams, shared by containers: each instance here is one container."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.dynamodb import Table
from handlers.pkgwatch.collect.upstream.circuit_breaker import LIMITS, Limits, UpstreamBreaker


class Clock:
    now = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def name() -> str:
    """The name of a new upstream."""
    return f"upstream-{secrets.token_hex(4)}"


def container(table: Table | None, name: str, clock: Clock) -> UpstreamBreaker:
    """Opens after 3 failures for 60 s; 2 of at most 3 probes close it."""
    return UpstreamBreaker(table, name, clock, Limits(3, 60, 2, 3))


def stored(world: Any, name: str) -> dict[str, Any]:
    return world.keys.get((f"circuit#{name}", "STATE"), consistent=True) or {}


def opened(world: Any, name: str, clock: Clock) -> UpstreamBreaker:
    breaker = container(world.keys, name, clock)
    for _ in range(3):
        assert breaker.allow()
        breaker.failure()
    return breaker


@pytest.mark.parametrize("name", ["github", "npm_downloads", "bundlephobia", "pypistats", "openssf"])
def test_upstreams_that_open_after_five_failures(name: str) -> None:
    assert LIMITS[name] == Limits(failures=5, timeout=120, successes=2, probes=3)


@pytest.mark.parametrize("name", ["deps.dev", "npm", "pypi"])
def test_upstreams_that_open_after_ten_failures(name: str) -> None:
    assert LIMITS[name] == Limits(failures=10, timeout=60, successes=3, probes=3)


def test_failures_of_several_containers_add_up(world: Any, name: str, clock: Clock) -> None:
    one, two = container(world.keys, name, clock), container(world.keys, name, clock)
    assert one.allow()
    one.failure()
    two.failure()
    one.failure()
    assert not one.allow()
    assert one.is_open()
    assert container(world.keys, name, clock).is_open()
    item = stored(world, name)
    assert (item["state"], item["failure_count"], item["version"]) == ("open", 3, 1)
    assert item["opened_at"] == item["last_failure_at"] == "2026-03-04T05:06:07.000000+00:00"
    assert item["ttl"] == int(clock.now.timestamp()) + 86_400


def test_a_success_resets_the_failure_count(world: Any, name: str, clock: Clock) -> None:
    breaker = container(world.keys, name, clock)
    for _ in range(5):
        breaker.failure()
        breaker.failure()
        breaker.success()
    assert breaker.allow()
    assert stored(world, name)["failure_count"] == 0


def test_success_after_success_writes_nothing(world: Any, name: str, clock: Clock) -> None:
    breaker = container(world.keys, name, clock)
    assert breaker.allow()
    breaker.success()
    assert stored(world, name) == {}


def test_other_containers_see_an_open_circuit_within_a_second(world: Any, name: str, clock: Clock) -> None:
    other = container(world.keys, name, clock)
    assert other.allow()
    opened(world, name, clock)
    assert other.allow()
    clock.wait(1)
    assert not other.allow()


def test_probes_are_limited_across_containers(world: Any, name: str, clock: Clock) -> None:
    opened(world, name, clock)
    clock.wait(59)
    assert not container(world.keys, name, clock).allow()
    clock.wait(1)
    containers = [container(world.keys, name, clock) for _ in range(8)]
    assert not any(one.is_open() for one in containers)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: one.allow(), containers))
    assert answers.count(True) == 3
    assert stored(world, name)["half_open_calls"] == 3


def test_enough_successes_close_the_circuit(world: Any, name: str, clock: Clock) -> None:
    one = opened(world, name, clock)
    clock.wait(60)
    two = container(world.keys, name, clock)
    assert one.allow()
    assert two.allow()
    one.success()
    assert stored(world, name)["state"] == "half_open"
    two.success()
    item = stored(world, name)
    assert (item["state"], item["failure_count"], item["closed_at"]) == (
        "closed",
        0,
        "2026-03-04T05:07:07.000000+00:00",
    )
    assert two.allow()


def test_one_failed_probe_opens_the_circuit_for_the_whole_timeout(world: Any, name: str, clock: Clock) -> None:
    breaker = opened(world, name, clock)
    clock.wait(60)
    assert breaker.allow()
    breaker.failure()
    clock.wait(59)
    assert not breaker.allow()
    clock.wait(1)
    assert breaker.allow()


def test_probes_that_never_report_back_expire(world: Any, name: str, clock: Clock) -> None:
    breaker = opened(world, name, clock)
    clock.wait(60)
    assert [breaker.allow() for _ in range(4)] == [True, True, True, False]
    clock.wait(60)
    assert [breaker.allow() for _ in range(4)] == [True, True, True, False]


def test_one_of_many_containers_makes_the_transition(world: Any, name: str, clock: Clock) -> None:
    containers = [container(world.keys, name, clock) for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda one: one.failure(), containers))
    assert stored(world, name)["version"] == 1
    assert stored(world, name)["failure_count"] == 12


def test_a_late_failure_does_not_extend_the_timeout(world: Any, name: str, clock: Clock) -> None:
    breaker = opened(world, name, clock)
    clock.wait(30)
    breaker.failure()
    breaker.success()
    clock.wait(30)
    assert breaker.allow()


def test_a_failing_table_allows_everything(missing_table: Table, name: str, clock: Clock) -> None:
    breaker = container(missing_table, name, clock)
    for _ in range(4):
        assert breaker.allow()
        assert not breaker.is_open()
        breaker.failure()
        breaker.success()


@pytest.fixture
def reads(world: Any) -> Iterator[list[int]]:
    """Grows with every item that is read."""
    made: list[int] = []

    def note(**_: Any) -> None:
        made.append(1)

    events = world.keys.client.meta.events
    events.register("before-send.dynamodb.GetItem", note)
    yield made
    events.unregister("before-send.dynamodb.GetItem", note)


def test_calls_at_the_same_time_read_the_item_once(
    world: Any, name: str, clock: Clock, at_once: Any, reads: list[int]
) -> None:
    breaker = container(world.keys, name, clock)
    for rounds in (1, 2):
        assert at_once(lambda _: (breaker.is_open(), breaker.allow()), 8) == [(False, True)] * 8
        assert len(reads) == rounds
        clock.wait(1)


def test_calls_at_the_same_time_wait_once_for_a_table_that_fails(
    missing_table: Table, name: str, clock: Clock, at_once: Any, reads: list[int]
) -> None:
    breaker = container(missing_table, name, clock)
    assert at_once(lambda _: (breaker.is_open(), breaker.allow()), 8) == [(False, True)] * 8
    assert len(reads) == 1


def test_without_a_table_the_breaker_is_local(name: str, clock: Clock) -> None:
    breaker = container(None, name, clock)
    for _ in range(3):
        assert breaker.allow()
        breaker.failure()
    assert breaker.is_open()
    assert not breaker.allow()
    clock.wait(60)
    assert not breaker.is_open()
    assert breaker.allow()
    breaker.success()
    assert breaker.allow()
    breaker.success()
    assert [breaker.allow() for _ in range(5)] == [True] * 5
