"""GET /packages/{ecosystem}/{name}: plans, demo limit and alerts"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.common.circuit_breaker import CircuitBreaker
from handlers.common.dynamodb import Table
from handlers.common.web.request import Request
from handlers.common.web.serve import Call
from handlers.pkgwatch.accounts.plans import next_month
from handlers.pkgwatch.api.get_package import Tables, show
from handlers.pkgwatch.api.get_usage import handler as usage_handler
from tests.handlers.gateway import call, proxy_event
from tests.handlers.pkgwatch.fixtures.packages import get


def test_the_demo_ends_after_twenty_requests_whatever_they_asked(world: Any, source_ip: str) -> None:
    for name in (*[world.package()] * 9, *["no-such-package"] * 5, *["_invalid"] * 3, *[None] * 3):
        assert get(name, source_ip=source_ip).status != 429
    answer = get(None, key="pw_unknown", source_ip=source_ip)
    assert (answer.status, answer.code) == (429, "demo_rate_limit_exceeded")
    assert answer.json["error"]["retry_after_seconds"] == 3600
    assert answer.json["error"]["signup_url"] == "https://pkgwatch.dev/start"
    assert answer.json["error"]["request_id"] == "request-1"
    assert answer.headers["Retry-After"] == "3600"
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("20", "0")
    assert answer.headers["X-Auth-Warning"] == "api_key_not_recognized"


def test_parallel_demo_requests_pass_exactly_twenty_times(world: Any, source_ip: str, at_once: Any) -> None:
    name = world.package()
    answers = at_once(lambda _: get(name, source_ip=source_ip).status, 32)
    assert (answers.count(200), answers.count(429)) == (20, 12)


def test_a_key_spares_the_demo_limit(world: Any, source_ip: str) -> None:
    clear, _ = world.user()
    name = world.package()
    for _ in range(22):
        assert get(name, key=clear, source_ip=source_ip).status == 200


def test_the_plan_is_used_up(world: Any) -> None:
    clear, user_id = world.user(requests_this_month=5000)
    answer = get(world.package(), key=clear)
    assert (answer.status, answer.code) == (429, "rate_limit_exceeded")
    left = (next_month(datetime.now(UTC)) - datetime.now(UTC)).total_seconds()
    assert left - 2 < answer.json["error"]["retry_after_seconds"] <= left + 2
    assert answer.json["error"]["upgrade_url"] == "https://pkgwatch.dev/pricing"
    assert answer.headers["Retry-After"] == str(answer.json["error"]["retry_after_seconds"])
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("5000", "0")
    assert world.key_count(clear, user_id) == 0


@pytest.mark.parametrize(
    ("used", "bonus", "level", "percent"),
    [(3998, 0, None, None), (3999, 0, "warning", "80.0"), (4749, 0, "critical", "95.0"), (4999, 9, "exceeded", "100")],
)
def test_usage_alerts(world: Any, used: int, bonus: int, level: str | None, percent: str | None) -> None:
    clear, _ = world.user(requests_this_month=used, bonus_requests=bonus)
    answer = get(world.package(), key=clear)
    assert (answer.headers.get("X-Usage-Alert"), answer.headers.get("X-Usage-Percent")) == (level, percent)
    alert = answer.json.get("usage_alert")
    assert (alert and alert["level"]) == level
    assert not alert or (str(alert["percent"]) == percent and alert["message"])


@pytest.mark.parametrize(("used", "bonus", "remaining"), [(5000, 5, "4"), (10, 5, "4994"), (4999, 0, "0")])
def test_a_bonus_remains_too(world: Any, used: int, bonus: int, remaining: str) -> None:
    clear, _ = world.user(requests_this_month=used, bonus_requests=bonus)
    answer = get(world.package(), key=clear)
    assert (answer.status, answer.headers["X-RateLimit-Remaining"]) == (200, remaining)
    usage = call(usage_handler, proxy_event("GET", "/usage", headers={"x-api-key": clear}))
    assert (usage.headers["X-RateLimit-Remaining"], str(usage.json["usage"]["remaining"])) == (remaining, remaining)


def test_all_say_the_same_of_when_usage_begins_again(world: Any) -> None:
    """A subscriber's period ends when it ends, and not with the month."""
    end = int(datetime.now(UTC).timestamp()) + 9 * 86400
    clear, user_id = world.user("pro", requests_this_month=1, current_period_end=end)
    answer = get(world.package(), key=clear)
    usage = call(usage_handler, proxy_event("GET", "/usage", headers={"x-api-key": clear}))
    assert answer.headers["X-RateLimit-Reset"] == usage.headers["X-RateLimit-Reset"] == str(end)
    assert datetime.fromisoformat(usage.json["reset"]["date"]).timestamp() == end
    world.keys.update((user_id, "USER_META"), "SET requests_this_month = :n", {"n": 100_000})
    refused = get(world.package(), key=clear)
    assert refused.status == 429
    assert abs(refused.json["error"]["retry_after_seconds"] - 9 * 86400) < 60
    world.keys.update((user_id, "USER_META"), "SET current_period_end = :n", {"n": 1})
    assert get(world.package(), key=clear).headers["Retry-After"] == "60"  # its reset is under way


def test_without_a_working_counter_a_known_user_is_served(world: Any, missing_table: Table) -> None:
    """The circuit opens between the key's lookup and its charge: usage is not counted, nobody is turned away."""
    clear, _ = world.user()
    name = world.package()

    class OpensAfterLookup(CircuitBreaker):
        def succeeded(self) -> None:
            for _ in range(3):
                self.failed()

    circuit = OpensAfterLookup(failures=3, timeout=30, successes=2, probes=2)
    request = Request(proxy_event(path={"ecosystem": "npm", "name": name}, headers={"x-api-key": clear}))
    got = show(Call(request, datetime.now(UTC)), Tables(world.packages, world.keys, world.events), circuit)
    assert (got.status, got.headers["X-RateLimit-Remaining"]) == (200, "5000")
