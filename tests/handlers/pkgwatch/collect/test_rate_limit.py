"""The hourly rate limits of upstreams, counted in ten shards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from handlers.common.dynamodb import Table
from handlers.pkgwatch.collect.upstream.rate_limit import LIMITS, Limit, RateLimit
from tests.waiting import eventually

_HOURS = count()


@pytest.fixture
def hour() -> datetime:
    """An hour no other test counts in."""
    return datetime(2031, 1, 1, 0, 59, 30, tzinfo=UTC) + timedelta(hours=next(_HOURS))


def limit(table: Table, service: str, hour: datetime, pick: Any = lambda _: 0) -> RateLimit:
    return RateLimit(table, service, lambda: hour, pick)


def calls(world: Any, service: str, hour: datetime) -> list[int]:
    key = f"{hour:%Y-%m-%d-%H}"
    found = [world.keys.get((f"{service}_rate_limit#{shard}", key), consistent=True) for shard in range(10)]
    return [(item or {}).get("calls", 0) for item in found]


def test_documented_limits() -> None:
    plain = {name: (limit.hourly, limit.per_shard) for name, limit in LIMITS.items() if name != "github"}
    assert plain == {
        "npm": (800, 80),
        "bundlephobia": (80, 8),
        "pypi": (400, 40),
        "pypistats": (200, 20),
        "openssf": (1000, 100),
    }
    assert LIMITS["github"] == Limit(800, 85, all_shards=False, default=False)


def test_a_full_shard_falls_through_to_the_others_in_order(world: Any, hour: datetime) -> None:
    limited = limit(world.keys, "bundlephobia", hour, lambda _: 3)
    assert all(limited.take() for _ in range(17))
    assert calls(world, "bundlephobia", hour) == [8, 1, 0, 8, 0, 0, 0, 0, 0, 0]
    assert limited.used(hour) == 17
    item = world.keys.get(("bundlephobia_rate_limit#3", f"{hour:%Y-%m-%d-%H}"))
    assert item["ttl"] == int(hour.timestamp()) + 7200


def test_containers_share_the_limit(world: Any, hour: datetime, at_once: Any) -> None:
    containers = [RateLimit(world.keys, "bundlephobia", lambda: hour) for _ in range(12)]
    answers = [answer for row in at_once(lambda n: [containers[n].take() for _ in range(9)], 12) for answer in row]
    assert answers.count(True) == 80
    assert containers[0].used(hour) == 80


def test_calls_that_come_while_others_are_counted_are_counted_together(
    world: Any, hour: datetime, at_once: Any
) -> None:
    writes: list[int] = []

    class Watched:
        def update(self, key: Any, change: str, values: Any, condition: str) -> None:
            writes.append(values["calls"])
            world.keys.update(key, change, values, condition)

    limited: Any = limit(Watched(), "bundlephobia", hour)  # type: ignore[arg-type]

    def asked(number: int) -> bool:
        if number:
            return bool(limited.take())
        eventually(lambda: len(limited._waiting) == 8)
        limited._counting.release()
        return True

    limited._counting.acquire()
    assert all(at_once(asked, 9))
    assert writes == [8]
    assert calls(world, "bundlephobia", hour) == [8, *[0] * 9]


def test_calls_that_fit_no_counter_together_are_counted_one_by_one(world: Any, hour: datetime, at_once: Any) -> None:
    for shard, room in enumerate((3, 2)):
        key = (f"bundlephobia_rate_limit#{shard}", f"{hour:%Y-%m-%d-%H}")
        world.keys.update(key, "SET calls = :calls", {"calls": 8 - room})
    for shard in range(2, 10):
        key = (f"bundlephobia_rate_limit#{shard}", f"{hour:%Y-%m-%d-%H}")
        world.keys.update(key, "SET calls = :calls", {"calls": 8})
    limited = limit(world.keys, "bundlephobia", hour)
    assert sorted(at_once(lambda _: limited.take(), 9)) == [False] * 4 + [True] * 5
    assert limited.used(hour) == 80


def test_each_hour_starts_at_zero(world: Any, hour: datetime) -> None:
    moment = hour
    limited = RateLimit(world.keys, "bundlephobia", lambda: moment)
    assert [limited.take() for _ in range(82)] == [True] * 80 + [False] * 2
    moment = hour + timedelta(hours=1)
    next(_HOURS)
    assert limited.take()
    assert limited.used(moment) == 1


def test_github_uses_one_shard(world: Any, hour: datetime) -> None:
    limited = limit(world.keys, "github", hour)
    assert [limited.take() for _ in range(87)] == [True] * 85 + [False] * 2
    assert limit(world.keys, "github", hour, lambda _: 1).take()


def test_a_failing_table_allows_all_but_github(missing_table: Table, hour: datetime) -> None:
    assert limit(missing_table, "npm", hour).take()
    assert not limit(missing_table, "github", hour).take()
