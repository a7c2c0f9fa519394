"""The limits of requests without an account are exact."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.dynamodb import Table
from handlers.pkgwatch.usage.ip_limits import count_demo, count_package_request, demo_reset

NOW = datetime(2026, 1, 31, 23, 59, 59, 500_000, tzinfo=UTC)


def test_twenty_demo_requests_an_hour(world: Any, source_ip: str, at_once: Any) -> None:
    made = at_once(lambda _: count_demo(world.keys, source_ip, NOW), 40)
    assert sorted(count for count in made if count) == list(range(1, 21))
    item = world.keys.get((f"demo#{source_ip}", "hour#2026-01-31-23"))
    assert item["requests"] == 20
    assert item["ttl"] == int(NOW.timestamp()) + 7200


def test_ten_package_requests_a_day(world: Any, source_ip: str, at_once: Any) -> None:
    made = at_once(lambda _: count_package_request(world.keys, source_ip, NOW), 25)
    assert sorted(count for count in made if count) == list(range(1, 11))
    item = world.keys.get((f"RATE_LIMIT#{source_ip}#2026-01-31", "request_package"))
    assert item["request_count"] == 10
    assert item["ttl"] == int(datetime(2026, 2, 1, tzinfo=UTC).timestamp())


def test_the_next_hour_starts_at_zero(world: Any, source_ip: str) -> None:
    for _ in range(21):
        count_demo(world.keys, source_ip, NOW)
    assert demo_reset(NOW) == int(datetime(2026, 2, 1, tzinfo=UTC).timestamp())
    assert count_demo(world.keys, source_ip, datetime(2026, 2, 1, tzinfo=UTC)) == 1


def test_a_table_that_fails_allows_nothing(missing_table: Table) -> None:
    assert count_demo(missing_table, "198.51.100.1", NOW) is None
    assert count_package_request(missing_table, "198.51.100.1", NOW) is None
