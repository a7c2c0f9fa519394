"""The daily check of referred users who still pay, against the local Stripe"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from handlers.pkgwatch.api.referral_retention import handler
from handlers.pkgwatch.referrals.events import Referral
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.referrals import member, states

PAST = {"past": "2020-01-01T00:00:00.000000+00:00"}


class Minutes(Context):
    """A function that may run for minutes."""

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


@pytest.fixture
def due(shop: Any) -> Callable[[], Referral]:
    """Makes a user who was brought by another, has paid, and is to be looked at."""

    def make() -> Referral:
        owner, email = shop.buyer()
        referral = Referral(member(shop.world), owner)
        shop.world.keys.update((owner, "USER_META"), "SET referred_by = :by", {"by": referral.referrer})
        assert shop.deliver("checkout.session.completed", shop.paid(owner, email).to_dict()).status == 200
        assert states(shop.world, referral) == ["paid"]
        shop.world.events.update(referral.key("paid"), "SET retention_check_date = :past", PAST)
        return referral

    return make


def subscription(shop: Any, referral: Referral) -> str:
    return str(shop.keys(referral.referred)[0]["stripe_subscription_id"])


def retained(shop: Any, referral: Referral) -> int:
    return int(shop.world.meta(referral.referrer).get("referral_retained", 0))


def test_who_pays_who_has_cancelled_and_whom_stripe_does_not_know(shop: Any, due: Callable[[], Referral]) -> None:
    paying, cancelled, unknown = due(), due(), due()
    shop.api.subscriptions.cancel(subscription(shop, cancelled))
    key = shop.keys(unknown.referred)[0]
    shop.world.keys.put({**key, "stripe_subscription_id": "sub_nobody"})
    assert handler({}, Minutes()) == {"checked": 3, "retained": 1, "ended": 2, "failed": 0}
    assert [states(shop.world, one) for one in (paying, cancelled, unknown)] == [["retained"], ["paid"], ["paid"]]
    assert [retained(shop, one) for one in (paying, cancelled, unknown)] == [1, 0, 0]
    assert shop.world.meta(paying.referrer)["bonus_requests"] == 50_000
    assert handler({}, Minutes())["checked"] == 0


def test_while_stripe_is_away_nobody_loses(
    shop: Any, due: Callable[[], Referral], environment: pytest.MonkeyPatch
) -> None:
    referral = due()
    with environment.context() as patch:
        patch.setenv("STRIPE_API_BASE", "http://127.0.0.1:9")
        settings.cache_clear()
        assert handler({}, Minutes()) == {"checked": 1, "retained": 0, "ended": 0, "failed": 1}
    settings.cache_clear()
    event = shop.world.events.get(referral.key("paid"))
    assert event["needs_retention_check"] == "true"
    assert event["retention_check_date"] > "2026"
    shop.world.events.delete(referral.key("paid"))
