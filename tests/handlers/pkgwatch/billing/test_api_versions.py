"""Events of Stripe come in the API version of their webhook endpoint, which may be older than the SDK's"""

from __future__ import annotations

from typing import Any

import pytest
import stripe as sdk

from tests.handlers.pkgwatch.billing.test_billing_events import NOW, PERIOD, customer_id, sent, stored
from tests.repository import ROOT

PERIOD_OF_ITS_OWN = {"current_period_start": NOW, "current_period_end": NOW + PERIOD}


@pytest.mark.parametrize("kind", ["created", "updated"])
def test_a_period_as_it_was_before_2025(shop: Any, kind: str) -> None:
    """A webhook endpoint with an older API version: the period is the subscription's, its items have none."""
    customer = customer_id()
    owner, _ = shop.buyer(stripe_customer_id=customer)
    items = {"data": [{"id": "si_1", "price": {"id": "price_local_pro"}}]}
    answer = shop.deliver(f"customer.subscription.{kind}", sent(customer, items=items, **PERIOD_OF_ITS_OWN))
    assert answer.json == {"received": True}
    names = ("tier", "current_period_start", "current_period_end")
    assert stored(shop, owner, *names) == [("pro", NOW, NOW + PERIOD)] * 2


def test_a_subscription_without_a_period_gives_its_plan_and_keeps_the_known_period(shop: Any) -> None:
    customer = customer_id()
    owner, _ = shop.buyer(stripe_customer_id=customer, current_period_end=NOW + 5)
    items = {"data": [{"id": "si_1", "price": {"id": "price_local_pro"}}]}
    assert shop.deliver("customer.subscription.updated", sent(customer, items=items)).json == {"received": True}
    assert (shop.keys(owner)[0]["tier"], shop.keys(owner)[0]["current_period_end"]) == ("pro", NOW + 5)


def test_a_cancellation_for_a_day_of_its_own_is_pending_too(shop: Any) -> None:
    """How the portal cancels since 2025: ``cancel_at`` and not ``cancel_at_period_end``."""
    customer = customer_id()
    owner, _ = shop.buyer("pro", stripe_customer_id=customer)
    shop.deliver("customer.subscription.updated", sent(customer, cancel_at=NOW + 99))
    assert stored(shop, owner, "cancellation_pending", "cancellation_date") == [(True, NOW + 99)] * 2


def test_the_documented_api_version_is_the_sdks(shop: Any, caplog: pytest.LogCaptureFixture) -> None:
    """An endpoint without a version of its own gets the account's, whatever that is."""
    assert f"API version `{sdk.api_version}`" in (ROOT / "docs" / "systems" / "pkgwatch.md").read_text(encoding="utf-8")
    for version, warned in ((sdk.api_version, False), ("2024-06-20", True)):
        caplog.clear()
        assert shop.send(shop.event("charge.refunded", {"id": "ch_1"}, api_version=version)).json == {"received": True}
        assert any("another API version" in record.getMessage() for record in caplog.records) == warned
