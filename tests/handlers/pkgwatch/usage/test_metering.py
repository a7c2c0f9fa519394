"""A user's requests are counted exactly, whoever else is counting at the same moment."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.common.aws import ServiceError
from handlers.common.circuit_breaker import CircuitBreaker
from handlers.common.dynamodb import Table
from handlers.pkgwatch.accounts.api_keys import ApiKey, find, key_hash
from handlers.pkgwatch.usage.metering import Charge, charge


def circuit() -> CircuitBreaker:
    return CircuitBreaker(failures=3, timeout=30, successes=2, probes=2)


def own_key(user_id: str = "user_1", limit: int = 5000, counted: int = 0) -> ApiKey:
    return ApiKey(user_id, key_hash(user_id), "free", limit, counted, None, None)


def with_user(world: Any, limit: int, **meta: Any) -> ApiKey:
    clear, _ = world.user(**meta)
    found = find(world.keys, clear, circuit())
    assert found
    return ApiKey(found.user_id, found.key_hash, "free", limit, found.requests_this_month, None, None)


def counts(world: Any, key: ApiKey) -> tuple[int, int, int]:
    meta = world.meta(key.user_id)
    return tuple(meta.get(name, 0) for name in ("requests_this_month", "bonus_requests", "total_packages_scanned"))


def on_key(world: Any, key: ApiKey) -> int:
    return world.keys.get((key.user_id, key.key_hash)).get("requests_this_month", 0)


def allowed(charges: list[Charge]) -> int:
    return sum(made.allowed for made in charges)


def test_the_first_request_of_a_user_without_a_record(world: Any) -> None:
    key = with_user(world, 5000)
    made = charge(world.keys, key, 3, circuit())
    assert (made.allowed, made.usage, made.bonus) == (True, 3, 0)
    assert counts(world, key) == (3, 0, 3)
    assert on_key(world, key) == 3


@pytest.mark.parametrize(
    ("usage", "bonus", "count", "made", "after"),
    [
        (4999, 0, 1, (True, 5000, 0), (5000, 0)),
        (5000, 0, 1, (False, 5000, 0), (5000, 0)),
        (4999, 0, 2, (False, 4999, 0), (4999, 0)),
        (4999, 1, 2, (True, 5001, 0), (5000, 0)),
        (4990, 100, 30, (True, 5020, 80), (5000, 80)),
        (5000, 10, 1, (True, 5001, 9), (5000, 9)),
        (5000, 10, 11, (False, 5000, 10), (5000, 10)),
        # More was used than the plan now allows (a downgrade): the excess stands against the bonus.
        (5005, 10, 5, (True, 5010, 5), (5005, 5)),
        (5005, 10, 6, (False, 5005, 10), (5005, 10)),
    ],
)
def test_the_plan_is_used_first_then_the_bonus(
    world: Any, usage: int, bonus: int, count: int, made: tuple[bool, int, int], after: tuple[int, int]
) -> None:
    key = with_user(world, 5000, requests_this_month=usage, bonus_requests=bonus, total_packages_scanned=7)
    result = charge(world.keys, key, count, circuit())
    assert (result.allowed, result.usage, result.bonus) == made
    assert counts(world, key) == (*after, 7 + count if result.allowed else 7)
    assert on_key(world, key) == (count if result.allowed else 0)


def test_a_bonus_serves_a_user_who_has_not_used_anything(world: Any) -> None:
    key = with_user(world, 2, bonus_requests=5)
    assert charge(world.keys, key, 4, circuit()).allowed
    assert counts(world, key) == (2, 3, 4)


def test_at_the_edge_of_the_plan_exactly_what_is_left_is_given(world: Any, at_once: Any) -> None:
    key = with_user(world, 5000, requests_this_month=4990)
    charges = at_once(lambda _: charge(world.keys, key, 1, circuit()), 40)
    assert allowed(charges) == 10
    assert sorted(made.usage for made in charges if made.allowed) == list(range(4991, 5001))
    assert counts(world, key) == (5000, 0, 10)
    assert on_key(world, key) == 10


@pytest.mark.parametrize(
    ("usage", "bonus", "count", "expected"), [(4998, 7, 3, 3), (4999, 20, 2, 10), (5000, 9, 1, 9), (5005, 10, 3, 1)]
)
def test_plan_and_bonus_together_are_never_exceeded(
    world: Any, at_once: Any, usage: int, bonus: int, count: int, expected: int
) -> None:
    key = with_user(world, 5000, requests_this_month=usage, bonus_requests=bonus)
    charges = at_once(lambda _: charge(world.keys, key, count, circuit()), 24)
    used, left, total = counts(world, key)
    assert allowed(charges) == expected
    assert total == expected * count
    assert left >= 0
    assert 5000 + left - used == (5000 + bonus - usage) - total


def test_a_refused_user_whose_key_alone_is_past_the_plan_writes_nothing(world: Any) -> None:
    clear, user_id = world.user(requests_this_month=5000)
    key = ApiKey(user_id, key_hash(clear), "free", 5000, 5000, None, None)
    assert not charge(world.keys, key, 1, circuit()).allowed
    assert on_key(world, key) == 0


def test_a_key_revoked_meanwhile_is_not_written_again(world: Any) -> None:
    key = own_key("user_revoked")
    assert charge(world.keys, key, 1, circuit()).allowed
    assert world.keys.get((key.user_id, key.key_hash)) is None


def test_a_table_that_fails_is_an_error_until_the_circuit_opens(missing_table: Table) -> None:
    shared = circuit()
    for _ in range(3):
        with pytest.raises(ServiceError):
            charge(missing_table, own_key(), 1, shared)
    made = charge(missing_table, own_key(), 1, shared)
    assert (made.allowed, made.usage) == (True, -1)


def test_while_the_circuit_is_open_no_key_is_recognized(world: Any) -> None:
    clear, _ = world.user()
    shared = circuit()
    assert find(world.keys, clear, shared)
    for _ in range(3):
        shared.failed()
    assert find(world.keys, clear, shared) is None


def test_a_failing_lookup_recognizes_nobody_and_counts_against_the_circuit(missing_table: Table) -> None:
    shared = circuit()
    assert [find(missing_table, "pw_x", shared) for _ in range(3)] == [None] * 3
    assert shared.state == "open"


@pytest.mark.parametrize("clear", ["", "PW_abc", "abc", "pw_unknown", "pw_\ud800"])
def test_keys_that_are_not_recognized(world: Any, clear: str) -> None:
    assert find(world.keys, clear, circuit()) is None


@pytest.mark.parametrize("sort_key", ["PENDING", "USER_META", "PENDING_DISPLAY", "RECOVERY_1", "EMAIL_CHANGE_1"])
def test_other_records_are_no_keys(world: Any, sort_key: str) -> None:
    hashed = key_hash(f"pw_{sort_key}")
    world.keys.put({"pk": "user_other", "sk": sort_key, "key_hash": hashed})
    assert find(world.keys, f"pw_{sort_key}", circuit()) is None


@pytest.mark.parametrize(("tier", "limit"), [("free", 5000), ("business", 500_000), ("unheard-of", 5000)])
def test_the_limit_is_the_plans(world: Any, tier: str, limit: int) -> None:
    clear, user_id = world.user(tier)
    found = find(world.keys, clear, circuit())
    assert found
    assert (found.user_id, found.tier, found.monthly_limit) == (user_id, tier, limit)
