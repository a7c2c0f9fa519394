"""A change of plan is written to every record of a user; other attributes stay as they are"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table
from handlers.pkgwatch.billing import billing_state
from handlers.pkgwatch.billing.billing_state import UNSET
from handlers.pkgwatch.billing.stripe_client import identifier, price_of, subscription_state, tier_of


def test_only_what_is_given_is_written(shop: Any) -> None:
    owner, _ = shop.buyer("pro", cancellation_pending=True, stripe_subscription_id="sub_1")
    before = shop.keys(owner)
    billing_state.write(shop.world.keys, owner)
    billing_state.write(shop.world.keys, owner, tier=UNSET, payment_failures=UNSET)
    assert shop.keys(owner) == before
    billing_state.write(shop.world.keys, owner, payment_failures=2)
    assert shop.keys(owner) == [{**before[0], "payment_failures": 2}]
    assert shop.world.meta(owner)["payment_failures"] == 2


def test_none_is_stored_and_a_subscription_removed(shop: Any) -> None:
    owner, _ = shop.buyer("pro", cancellation_date=5, stripe_subscription_id="sub_1")
    billing_state.write(shop.world.keys, owner, cancellation_date=None, stripe_subscription_id=None)
    assert shop.keys(owner)[0]["cancellation_date"] is None
    assert "stripe_subscription_id" not in shop.keys(owner)[0]
    billing_state.write(shop.world.keys, owner, stripe_subscription_id=None)
    assert "stripe_subscription_id" not in shop.world.meta(owner)


def test_a_user_without_record_gets_none(shop: Any) -> None:
    owner, _ = shop.buyer()
    shop.world.keys.delete((owner, "USER_META"))
    billing_state.write(shop.world.keys, owner, tier="business")
    assert shop.world.meta(owner) == {}
    assert shop.keys(owner)[0]["monthly_limit"] == 500_000


def test_a_key_revoked_meanwhile_stays_revoked(shop: Any, at_once: Any) -> None:
    owner, email = shop.buyer()
    doomed = [shop.another_key(owner, email=email) for _ in range(8)]

    def both(number: int) -> None:
        if number:
            for key in doomed:
                shop.world.keys.delete((owner, key))
        else:
            billing_state.write(shop.world.keys, owner, tier="pro")

    at_once(both, 2)
    assert [key["tier"] for key in shop.keys(owner)] == ["pro"]


def test_a_table_that_fails_is_an_error(missing_table: Table) -> None:
    with pytest.raises(ServiceError):
        billing_state.write(missing_table, "user_1", tier="pro")


def test_prices_are_plans_both_ways() -> None:
    assert [tier_of(price_of(tier)) for tier in ("starter", "pro", "business")] == ["starter", "pro", "business"]
    assert (tier_of("price_unknown"), tier_of(None), tier_of(""), price_of("free")) == (None, None, None, "")


def test_a_subscription_without_items_has_no_plan() -> None:
    sent = {"id": "sub_1", "customer": {"id": "cus_1"}, "status": "active", "cancel_at_period_end": True}
    state = subscription_state({**sent, "items": {"data": []}})
    assert (state.customer, state.tier, state.period_end, state.cancellation_date) == ("cus_1", None, None, None)
    assert state.entitled
    assert identifier(None) == ""


@pytest.mark.parametrize("module", ["billing.stripe_client", "billing.billing_state", "api.auth_me", "api.reset_usage"])
def test_the_sdk_is_loaded_where_it_is_used(module: str) -> None:
    """It is the slowest import of all: functions that can do without must not wait for it."""
    code = f"import sys, handlers.pkgwatch.{module}; sys.exit('stripe' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
