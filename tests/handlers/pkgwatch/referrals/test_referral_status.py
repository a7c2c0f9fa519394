"""GET /referral/status"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.pkgwatch.api.referral_status import handler
from handlers.pkgwatch.referrals.events import Referral, event_item
from tests.handlers.gateway import call, proxy_event
from tests.handlers.pkgwatch.fixtures.login import ask
from tests.handlers.pkgwatch.fixtures.referrals import member

NOW = datetime.now(UTC)


def refer(world: Any, referrer: str, referred: str, state: str, days_ago: int = 0, **more: Any) -> None:
    reward = {"pending": 0, "signup": 5_000}.get(state, 25_000)
    when = NOW - timedelta(days=days_ago)
    world.events.put(event_item(Referral(referrer, referred), state, reward, when, **more))


def test_a_user_who_has_brought_nobody(world: Any) -> None:
    user = member(world)
    answer = ask(handler, user)
    code = world.meta(user)["referral_code"]
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "private, no-store")
    assert answer.json == {
        "referral_code": code,
        "referral_url": f"https://pkgwatch.dev/r/{code}",
        "bonus_requests": 0,
        "bonus_cap": 500_000,
        "bonus_lifetime": 0,
        "at_cap": False,
        "stats": {
            "total_referrals": 0,
            "pending_referrals": 0,
            "paid_conversions": 0,
            "retained_conversions": 0,
            "total_rewards_earned": 0,
        },
        "referrals": [],
    }


def test_numbers_and_referrals(world: Any) -> None:
    user = member(
        world,
        bonus_requests=12,
        bonus_requests_lifetime=500_000,
        referral_total=4,
        referral_pending_count=1,
        referral_paid=2,
        referral_retained=1,
        referral_rewards_earned=55_000,
    )
    expires = int((NOW + timedelta(days=30)).timestamp())
    refer(world, user, "a", "pending", 3, ttl=expires, referred_email_masked="an**@example.com")
    refer(world, user, "b", "paid", 2, referred_email_masked="be**@example.com")
    refer(world, user, "b", "signup", 2, referred_email_masked="be**@example.com")
    refer(world, user, "c", "retained", 1)
    refer(world, user, "d", "pending", 1, ttl=int(NOW.timestamp()) - 1)
    shown = ask(handler, user).json
    assert (shown["at_cap"], shown["bonus_requests"], shown["bonus_lifetime"]) == (True, 12, 500_000)
    assert list(shown["stats"].values()) == [4, 1, 2, 1, 55_000]
    assert shown["referrals"] == [
        {"email": "***", "status": "credited", "date": day(1), "reward": 25_000},
        {"email": "be**@example.com", "status": "credited", "date": day(2), "reward": 25_000},
        {
            "email": "an**@example.com",
            "status": "pending",
            "date": day(3),
            "reward": 0,
            "expires": f"{datetime.fromtimestamp(expires, UTC):%Y-%m-%d}",
        },
    ]


def day(days_ago: int) -> str:
    return f"{NOW - timedelta(days=days_ago):%Y-%m-%d}"


def test_the_latest_twenty(world: Any) -> None:
    user = member(world)
    for number in range(23):
        refer(world, user, f"{number:02}", "signup", number)
    assert [row["date"] for row in ask(handler, user).json["referrals"]] == [day(number) for number in range(20)]


def test_an_older_account_is_given_one_code(world: Any, at_once: Any) -> None:
    user = member(world, referral_code=None)
    codes = {answer.json["referral_code"] for answer in at_once(lambda _: ask(handler, user), 6)}
    assert codes == {world.meta(user)["referral_code"]}
    assert len(codes.pop()) == 8


def test_an_account_without_a_record_is_given_one(world: Any) -> None:
    user = member(world)
    world.keys.delete((user, "USER_META"))
    assert ask(handler, user).status == 200
    assert world.meta(user)["key_count"] == 1


def test_sessions_of_nobody(world: Any) -> None:
    for user in ("user_of_nobody", "admin"):
        answer = ask(handler, user)
        assert (answer.status, answer.code) == (401, "invalid_session")
    assert call(handler, proxy_event()).code == "unauthorized"
