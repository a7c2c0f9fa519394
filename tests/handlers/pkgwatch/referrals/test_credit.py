"""A referrer is rewarded when the referred user turns out to be active; once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.common.circuit_breaker import CircuitBreaker
from handlers.pkgwatch.accounts.api_keys import ApiKey, key_hash
from handlers.pkgwatch.referrals.credit import Step, advance
from handlers.pkgwatch.referrals.events import Referral
from handlers.pkgwatch.usage.quota import charge

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LATER = "2026-07-01T00:00:00+00:00"


def referral(world: Any, scanned: int, expires: str = LATER, **referrer: Any) -> tuple[ApiKey, str]:
    """A referred user with a pending referral, and who referred them."""
    _, by = world.user(requests_this_month=0, referral_pending_count=1, **referrer)
    clear, user_id = world.user(
        total_packages_scanned=scanned,
        referral_pending=True,
        referred_by=by,
        referral_pending_expires=expires,
    )
    world.events.put({"pk": by, "sk": f"{user_id}#pending", "referred_email_masked": "an**@example.com"})
    return ApiKey(user_id, key_hash(clear), "free", 5000, 0, None, None), by


def scan(world: Any, key: ApiKey, count: int = 1) -> None:
    circuit = CircuitBreaker(failures=3, timeout=30, successes=2, probes=2)
    assert charge(world.keys, world.events, key, count, circuit, NOW).allowed


def states(world: Any, referrer: str, key: ApiKey) -> dict[str, dict[str, Any]]:
    found = {
        state: world.events.get((referrer, f"{key.user_id}#{state}"))
        for state in ("pending", "signup", "paid", "retained")
    }
    return {state: item for state, item in found.items() if item}


def test_crossing_the_gate_rewards_the_referrer(world: Any) -> None:
    key, by = referral(world, 99)
    scan(world, key)
    event = states(world, by, key)
    assert list(event) == ["signup"]
    assert event["signup"]["reward_amount"] == 5000
    assert event["signup"]["referred_email_masked"] == "an**@example.com"
    referrer = world.meta(by)
    assert (referrer["bonus_requests"], referrer["bonus_requests_lifetime"]) == (5000, 5000)
    assert (referrer["referral_pending_count"], referrer["referral_rewards_earned"]) == (0, 5000)
    own = world.meta(key.user_id)
    assert own["referral_activity_credited"] is True
    assert "referral_pending" not in own
    assert "referral_pending_expires" not in own


@pytest.mark.parametrize(("scanned", "count"), [(98, 1), (100, 1), (0, 99)])
def test_only_the_crossing_counts(world: Any, scanned: int, count: int) -> None:
    key, by = referral(world, scanned)
    scan(world, key, count)
    assert list(states(world, by, key)) == ["pending"]


def test_many_requests_at_the_gate_reward_once(world: Any, at_once: Any) -> None:
    key, by = referral(world, 90)
    at_once(lambda _: scan(world, key), 20)
    assert world.meta(by)["bonus_requests"] == 5000
    assert world.meta(by)["referral_pending_count"] == 0


def test_a_referral_that_was_rewarded_before_is_not_again(world: Any) -> None:
    key, by = referral(world, 99)
    world.keys.update((key.user_id, "USER_META"), "SET referral_activity_credited = :yes", {"yes": True})
    scan(world, key)
    assert "bonus_requests" not in world.meta(by)


def test_an_expired_referral_is_only_cleared(world: Any) -> None:
    key, by = referral(world, 99, expires="2026-05-31T23:59:59Z")
    scan(world, key)
    assert list(states(world, by, key)) == ["pending"]
    assert "bonus_requests" not in world.meta(by)
    assert world.meta(by)["referral_pending_count"] == 0
    assert "referral_pending" not in world.meta(key.user_id)


def test_a_referral_that_is_further_already_is_not_paid_again(world: Any) -> None:
    key, by = referral(world, 99)
    world.events.put({"pk": by, "sk": f"{key.user_id}#paid"})
    scan(world, key)
    assert list(states(world, by, key)) == ["pending", "paid"]
    referrer = world.meta(by)
    assert "bonus_requests" not in referrer
    assert referrer["referral_pending_count"] == 0
    assert "referral_pending" not in world.meta(key.user_id)


def test_a_referrer_without_a_record_gets_none(world: Any) -> None:
    key, _ = referral(world, 99)
    world.keys.update((key.user_id, "USER_META"), "SET referred_by = :gone", {"gone": "user_of_nobody"})
    scan(world, key)
    assert world.meta("user_of_nobody") == {}


@pytest.mark.parametrize(("had", "given"), [(None, 5000), (495_000, 5000), (496_000, 4000), (500_000, 0)])
def test_credit_ends_at_the_lifetime_cap(world: Any, had: int | None, given: int) -> None:
    key, by = referral(world, 99, **({} if had is None else {"bonus_requests_lifetime": had}))
    scan(world, key)
    assert list(states(world, by, key)) == ["signup"]
    referrer = world.meta(by)
    assert referrer.get("bonus_requests_lifetime", 0) == (had or 0) + given
    assert referrer.get("bonus_requests", 0) == referrer.get("referral_rewards_earned", 0) == given
    assert referrer["referral_pending_count"] == 0


def test_parallel_credits_end_exactly_at_the_cap(world: Any, at_once: Any) -> None:
    _, by = world.user(bonus_requests_lifetime=488_000)

    def one(number: int) -> bool:
        return advance(world.keys, world.events, Referral(by, f"referred-{number}"), Step("signup", 5000), NOW)

    assert all(at_once(one, 8))
    referrer = world.meta(by)
    assert (referrer["bonus_requests_lifetime"], referrer["bonus_requests"]) == (500_000, 12_000)
    assert referrer["referral_rewards_earned"] == 12_000


def test_states_only_move_up(world: Any, at_once: Any) -> None:
    _, by = world.user(requests_this_month=0)
    who = Referral(by, "who")

    def move(state: str) -> bool:
        return advance(world.keys, world.events, who, Step(state, 1000), NOW)

    assert at_once(lambda _: move("signup"), 6).count(True) == 1
    assert move("retained")
    assert not move("paid")
    assert world.meta(by)["bonus_requests"] == 2000
    assert [item["sk"] for item in world.events.partition(by)] == ["who#retained"]
