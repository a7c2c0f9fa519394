"""GET /usage"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.pkgwatch.accounts.api_keys import key_hash
from handlers.pkgwatch.accounts.plans import next_month
from handlers.pkgwatch.api.get_usage import handler
from tests.handlers.gateway import Answer, call, proxy_event


def usage(key: str = "") -> Answer:
    return call(handler, proxy_event("GET", "/usage", headers={"X-API-KEY": key} if key else None))


def test_usage(world: Any) -> None:
    clear, user_id = world.user("starter", requests_this_month=1234)
    answer = usage(clear)
    assert answer.status == 200
    assert answer.json["tier"] == "starter"
    assert answer.json["usage"] == {
        "requests_this_month": 1234,
        "monthly_limit": 25000,
        "remaining": 23766,
        "usage_percentage": 4.9,
    }
    assert answer.json["limits_by_tier"] == {"free": 5000, "starter": 25000, "pro": 100000, "business": 500000}
    reset = next_month(datetime.now(UTC))
    assert datetime.fromisoformat(answer.json["reset"]["date"]) == reset
    seconds = answer.json["reset"]["seconds_until_reset"]
    assert isinstance(seconds, int)
    assert abs(seconds - (reset - datetime.now(UTC)).total_seconds()) < 60
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("25000", "23766")
    assert world.meta(user_id)["requests_this_month"] == 1234


def test_without_a_users_record_the_keys_count_is_shown(world: Any) -> None:
    clear, user_id = world.user()
    world.keys.update((user_id, key_hash(clear)), "SET requests_this_month = :n", {"n": 17})
    assert usage(clear).json["usage"]["requests_this_month"] == 17


def test_more_than_the_plan_leaves_nothing_rather_than_less(world: Any) -> None:
    clear, _ = world.user(requests_this_month=6000)
    answer = usage(clear)
    assert (answer.json["usage"]["remaining"], answer.json["usage"]["usage_percentage"]) == (0, 120.0)
    assert answer.headers["X-RateLimit-Remaining"] == "0"


@pytest.mark.parametrize("form", ["epoch", "iso", "z"])
def test_paid_users_start_again_with_their_period(world: Any, form: str) -> None:
    end = (datetime.now(UTC) + timedelta(days=9)).replace(microsecond=0)
    stored = {"epoch": int(end.timestamp()), "iso": end.isoformat(), "z": f"{end:%Y-%m-%dT%H:%M:%SZ}"}[form]
    paid, _ = world.user("pro", requests_this_month=1, current_period_end=stored)
    free, _ = world.user("free", requests_this_month=1, current_period_end=stored)
    assert datetime.fromisoformat(usage(paid).json["reset"]["date"]) == end
    assert datetime.fromisoformat(usage(free).json["reset"]["date"]) == next_month(datetime.now(UTC))


def test_a_period_that_is_over_is_not_negative(world: Any) -> None:
    clear, _ = world.user("pro", requests_this_month=1, current_period_end=1)
    assert usage(clear).json["reset"]["seconds_until_reset"] == 0


@pytest.mark.parametrize("key", ["", "pw_unknown", "Pw_x"])
def test_a_key_is_required(world: Any, key: str) -> None:
    answer = usage(key)
    assert (answer.status, answer.code) == (401, "invalid_api_key")
    assert "request_id" not in answer.json["error"]
