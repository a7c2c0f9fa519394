"""Rewards for referred users who pay, the daily check of those who still pay, and the daily cleanup."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.deadline import Deadline
from handlers.common.timestamps import iso
from handlers.pkgwatch.api import referral_retention
from handlers.pkgwatch.api.referral_cleanup import clean
from handlers.pkgwatch.api.referral_cleanup import handler as cleanup_handler
from handlers.pkgwatch.referrals.credit import Step, advance
from handlers.pkgwatch.referrals.events import Referral
from handlers.pkgwatch.referrals.pending_referrals import record_pending, referral_attributes
from handlers.pkgwatch.referrals.rewards import reward_payment
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.referrals import member, states

NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=61)


@pytest.fixture
def referral(world: Any) -> Iterator[Referral]:
    """A pending one, and no other is due; nothing of it is left for other tests."""
    for item in referral_retention.due(world.events, LATER + timedelta(days=9)):
        world.events.delete((item["pk"], item["sk"]))
    referrer = member(world)
    made = Referral(referrer, member(world, **referral_attributes(referrer, NOW)))
    assert record_pending(world.keys, world.events, made, "somebody@example.com", NOW)
    yield made
    for state in states(world, made):
        world.events.delete(made.key(state))
    world.keys.delete((made.referred, "USER_META"))


def pay(world: Any, referral: Referral, now: datetime = NOW) -> bool:
    return reward_payment(world.keys, world.events, world.billing, referral.referred, now)


def numbers(world: Any, referral: Referral) -> tuple[int, ...]:
    """The referrer's pending, paid and retained referrals, and bonus."""
    user = world.meta(referral.referrer)
    names = ("referral_pending_count", "referral_paid", "referral_retained", "bonus_requests")
    return tuple(user.get(name, 0) for name in names)


def subscribe(world: Any, referral: Referral, subscription: str) -> None:
    keys = [item for item in world.keys.partition(referral.referred) if item["sk"] != "USER_META"]
    world.keys.put({**keys[0], "stripe_subscription_id": subscription})


def check(world: Any, paying: set[str], now: datetime = LATER) -> dict[str, int]:
    def entitled(subscription: str) -> bool:
        if subscription == "sub_unknown":
            raise RuntimeError("Stripe does not answer")
        return subscription in paying

    return referral_retention.check(world.keys, world.events, entitled, Deadline(lambda: 1), now)


def test_the_first_payment_rewards_once(world: Any, referral: Referral, at_once: Any) -> None:
    assert at_once(lambda _: pay(world, referral), 6).count(True) == 1
    assert numbers(world, referral) == (0, 1, 0, 25_000)
    assert states(world, referral) == ["paid"]
    event = world.events.get(referral.key("paid"))
    assert event["referred_email_masked"] == "so**@example.com"
    assert (event["needs_retention_check"], event["reward_amount"]) == ("true", 25_000)
    assert event["retention_check_date"] == iso(NOW + timedelta(days=60))
    receipt = world.billing.get((f"referral_paid:{referral.referrer}:{referral.referred}", "paid"))
    assert receipt["reward_amount"] == 25_000
    assert abs(receipt["ttl"] - (NOW + timedelta(days=365)).timestamp()) < 5
    assert "referral_pending" not in world.meta(referral.referred)


def test_a_payment_after_the_activity(world: Any, referral: Referral) -> None:
    active = Step("signup", 5_000, flag="referral_activity_credited")
    assert advance(world.keys, world.events, referral, active, NOW)
    assert pay(world, referral)
    assert states(world, referral) == ["paid"]
    assert numbers(world, referral) == (0, 1, 0, 30_000)


def test_a_payment_and_activity_at_once_reward_at_most_once_each(world: Any, referral: Referral, at_once: Any) -> None:
    active = Step("signup", 5_000, flag="referral_activity_credited")

    def act(number: int) -> bool:
        if number % 2:
            return pay(world, referral)
        return advance(world.keys, world.events, referral, active, NOW)

    at_once(act, 8)
    pending, payments, _, bonus = numbers(world, referral)
    assert (pending, payments) == (0, 1)
    assert bonus in (25_000, 30_000)
    assert states(world, referral) == ["paid"]


def test_a_receipt_outlives_the_event(world: Any, referral: Referral) -> None:
    assert pay(world, referral)
    world.events.delete(referral.key("paid"))
    assert not pay(world, referral)
    assert numbers(world, referral) == (0, 1, 0, 25_000)
    assert states(world, referral) == []


def test_a_payment_nobody_is_to_be_thanked_for(world: Any) -> None:
    assert not reward_payment(world.keys, world.events, world.billing, member(world), NOW)
    assert not reward_payment(world.keys, world.events, world.billing, "user_of_nobody", NOW)


def test_a_referrer_who_is_gone_does_not_hinder(world: Any) -> None:
    lost = Referral("user_of_nobody", member(world, **referral_attributes("user_of_nobody", NOW)))
    assert pay(world, lost)
    assert world.meta("user_of_nobody") == {}
    world.events.delete(lost.key("paid"))


def test_who_still_pays_is_rewarded_after_two_months(world: Any, referral: Referral) -> None:
    pay(world, referral)
    subscribe(world, referral, "sub_1")
    assert referral_retention.due(world.events, NOW + timedelta(days=59)) == []
    assert check(world, {"sub_1"}) == {"checked": 1, "retained": 1, "ended": 0, "failed": 0}
    assert numbers(world, referral) == (0, 1, 1, 50_000)
    assert states(world, referral) == ["retained"]
    assert check(world, {"sub_1"})["checked"] == 0


def test_checks_at_once_reward_once(world: Any, referral: Referral, at_once: Any) -> None:
    pay(world, referral)
    subscribe(world, referral, "sub_1")
    assert sum(counts["retained"] for counts in at_once(lambda _: check(world, {"sub_1"}), 5)) == 1
    assert numbers(world, referral) == (0, 1, 1, 50_000)


@pytest.mark.parametrize("subscription", ["sub_cancelled", None])
def test_who_does_not_pay_any_more_is_not_asked_again(world: Any, referral: Referral, subscription: str | None) -> None:
    pay(world, referral)
    if subscription:
        subscribe(world, referral, subscription)
    assert check(world, set())["ended"] == 1
    assert states(world, referral) == ["paid"]
    assert "retention_check_date" not in world.events.get(referral.key("paid"))
    assert numbers(world, referral) == (0, 1, 0, 25_000)
    assert check(world, set())["checked"] == 0


def test_what_stripe_does_not_answer_is_asked_the_next_day(world: Any, referral: Referral) -> None:
    pay(world, referral)
    subscribe(world, referral, "sub_unknown")
    assert check(world, set())["failed"] == 1
    assert check(world, set())["checked"] == 0
    subscribe(world, referral, "sub_1")
    assert check(world, {"sub_1"}, LATER + timedelta(days=1, seconds=1))["retained"] == 1


def test_without_time_nothing_is_begun(world: Any, referral: Referral) -> None:
    pay(world, referral)
    counts = referral_retention.check(world.keys, world.events, lambda _: True, Deadline(lambda: 0), LATER)
    assert counts["checked"] == 0
    assert clean(world.keys, Deadline(lambda: 0), LATER)["expired"] == 0


def test_referrals_that_waited_in_vain_are_closed(world: Any, referral: Referral) -> None:
    past = {"past": iso(NOW - timedelta(seconds=1))}
    world.keys.update((referral.referred, "USER_META"), "SET referral_pending_expires = :past", past)
    waiting = member(world, **referral_attributes(referral.referrer, NOW))
    assert clean(world.keys, Deadline(lambda: 1), NOW)["cleaned"] >= 1
    own = world.meta(referral.referred)
    assert "referral_pending" not in own
    assert "referral_pending_expires" not in own
    assert own["referred_by"] == referral.referrer
    assert numbers(world, referral) == (0, 0, 0, 0)
    assert world.meta(waiting)["referral_pending"] is True
    world.keys.delete((waiting, "USER_META"))


def test_clearing_up_at_once_counts_down_once(world: Any, referral: Referral, at_once: Any) -> None:
    assert record_pending(world.keys, world.events, Referral(referral.referrer, "user_b"), "b@example.com", NOW)
    past = {"past": "2020-01-01T00:00:00Z"}
    world.keys.update((referral.referred, "USER_META"), "SET referral_pending_expires = :past", past)
    at_once(lambda _: cleanup_handler({}, Context()), 4)
    assert numbers(world, referral)[0] == 1
