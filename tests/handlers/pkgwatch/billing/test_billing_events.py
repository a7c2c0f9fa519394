"""The events of checkouts, subscriptions, refunds and disputes"""

from __future__ import annotations

import secrets
import time
from typing import Any

import pytest

from handlers.common import aws
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.pkgwatch.fixtures.webhook import receiving

PERIOD = 30 * 86400
NOW = int(time.time())


def customer_id() -> str:
    return f"cus_{secrets.token_hex(6)}"


def sent(customer: str, price: str = "price_local_pro", **more: Any) -> dict[str, Any]:
    """A subscription as an event of today's API version brings it."""
    item = {
        "id": "si_1",
        "price": {"id": price},
        "current_period_start": NOW,
        "current_period_end": NOW + PERIOD,
    }
    basic = {"id": "sub_1", "object": "subscription", "customer": customer, "status": "active"}
    return {**basic, "cancel_at_period_end": False, "items": {"data": [item]}, **more}


def stored(shop: Any, owner: str, *names: str) -> list[tuple[Any, ...]]:
    """Attributes of the user's record and keys."""
    return [tuple(item.get(name) for name in names) for item in (shop.world.meta(owner), *shop.keys(owner))]


def test_a_checkout_is_carried_through_by_stripes_own_events(shop: Any, patched: pytest.MonkeyPatch) -> None:
    """Everything Stripe tells of a checkout goes to the webhook, at once and in no order, with its signature."""
    owner, email = shop.buyer()
    key = shop.another_key(owner, email=email)
    shop.world.keys.put({"pk": owner, "sk": "RECOVERY_1", "email": email})
    with receiving() as receiver:
        endpoint = shop.api.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})
        aws.client("secretsmanager").create_secret(Name="test/own-webhook", SecretString=endpoint.secret)
        patched.setenv("STRIPE_WEBHOOK_SECRET_ARN", "test/own-webhook")
        settings.cache_clear()
        receiver.answer = lambda signature, body: shop.send(body, signature).status
        session = shop.paid(owner, email, "pro")
        receiver.wait(lambda: len(receiver.deliveries) >= 8)
        receiver.wait(lambda: shop.world.meta(owner)["tier"] == "pro" and shop.keys(owner)[1]["tier"] == "pro")
        shop.api.webhook_endpoints.delete(endpoint.id)
    subscription = shop.api.subscriptions.retrieve(session.subscription)
    item = subscription["items"].data[0]
    period = (item.current_period_start, item.current_period_end)
    assert (
        stored(shop, owner, "tier", "monthly_limit", "current_period_start", "current_period_end")
        == [("pro", 100_000, *period)] * 3
    )
    assert stored(shop, owner, "cancellation_pending", "cancellation_date") == [(False, None)] * 3
    assert shop.world.meta(owner)["requests_this_month"] == 0
    assert "stripe_customer_id" not in shop.world.meta(owner)
    for record in shop.keys(owner):
        assert record["stripe_customer_id"] == session.customer
        assert record["stripe_subscription_id"] == session.subscription
        assert (record["email_verified"], record["last_reset_period_start"]) == (True, item.current_period_start)
        assert record["tier_updated_at"]
    assert key in {record["sk"] for record in shop.keys(owner)}
    assert shop.world.keys.get((owner, "RECOVERY_1")) == {"pk": owner, "sk": "RECOVERY_1", "email": email}


@pytest.mark.parametrize("by", ["client_reference_id", "metadata", "customer_email", "customer_details", "customer"])
def test_the_buyer_is_found(shop: Any, by: str) -> None:
    customer = customer_id()
    owner, email = shop.buyer(**({"stripe_customer_id": customer} if by == "customer" else {}))
    found = {
        "client_reference_id": {"client_reference_id": owner, "customer_email": "moved@example.com"},
        "metadata": {"metadata": {"user_id": owner}},
        "customer_email": {"customer_email": email.upper(), "client_reference_id": "user_unknown"},
        "customer_details": {"customer_details": {"email": email}},
        "customer": {"customer_email": "nobody@example.com"},
    }[by]
    session = {"id": "cs_1", "customer": customer, "subscription": None, **found}
    assert shop.deliver("checkout.session.completed", session).status == 200
    assert stored(shop, owner, "tier", "monthly_limit") == [("starter", 25_000)] * 2
    assert shop.keys(owner)[0]["stripe_customer_id"] == customer


def test_somebody_nobody_knows_has_paid(shop: Any) -> None:
    session = {"id": "cs_1", "customer": customer_id(), "customer_email": "stranger@example.com"}
    assert shop.deliver("checkout.session.completed", session).json == {"received": True}


def test_a_checkout_that_is_told_of_late_gives_nothing_back(shop: Any) -> None:
    owner, email = shop.buyer()
    session = shop.paid(owner, email)
    shop.api.subscriptions.cancel(session.subscription)
    assert shop.deliver("checkout.session.completed", session.to_dict()).status == 200
    assert stored(shop, owner, "tier", "stripe_subscription_id")[0] == ("free", None)
    assert shop.keys(owner)[0]["stripe_customer_id"] == session.customer


def test_a_price_nobody_knows_changes_no_plan(shop: Any) -> None:
    customer = customer_id()
    owner, _ = shop.buyer("pro", stripe_customer_id=customer)
    assert shop.deliver("customer.subscription.updated", sent(customer, "price_unknown")).status == 200
    assert stored(shop, owner, "tier", "current_period_end") == [("pro", NOW + PERIOD)] * 2


def test_a_price_that_is_not_set_is_no_plan(shop: Any, patched: pytest.MonkeyPatch) -> None:
    customer = customer_id()
    owner, _ = shop.buyer("pro", stripe_customer_id=customer)
    patched.setenv("STRIPE_PRICE_STARTER", "")
    settings.cache_clear()
    assert shop.deliver("customer.subscription.updated", sent(customer, "")).status == 200
    assert shop.world.meta(owner)["tier"] == "pro"


@pytest.mark.parametrize("status", ["active", "trialing"])
@pytest.mark.parametrize("kind", ["created", "updated"])
def test_a_subscription_gives_its_plan_to_all_keys(shop: Any, kind: str, status: str) -> None:
    customer = customer_id()
    owner, email = shop.buyer(stripe_customer_id=customer)
    shop.another_key(owner, email=email)
    assert shop.deliver(f"customer.subscription.{kind}", sent(customer, status=status)).status == 200
    names = ("tier", "monthly_limit", "cancellation_pending", "cancellation_date", "current_period_start")
    assert stored(shop, owner, *names) == [("pro", 100_000, False, None, NOW)] * 3


@pytest.mark.parametrize("status", ["past_due", "unpaid", "incomplete", "incomplete_expired", "paused", "canceled"])
@pytest.mark.parametrize("kind", ["created", "updated"])
def test_a_subscription_without_effect(shop: Any, kind: str, status: str) -> None:
    customer = customer_id()
    owner, _ = shop.buyer("starter", stripe_customer_id=customer)
    before = stored(shop, owner, "tier", "current_period_end")
    assert shop.deliver(f"customer.subscription.{kind}", sent(customer, status=status)).status == 200
    assert stored(shop, owner, "tier", "current_period_end") == before


def test_a_cancellation_is_pending_until_the_period_ends(shop: Any) -> None:
    customer = customer_id()
    owner, _ = shop.buyer("pro", stripe_customer_id=customer)
    shop.deliver("customer.subscription.updated", sent(customer, cancel_at_period_end=True))
    assert stored(shop, owner, "cancellation_pending", "cancellation_date") == [(True, NOW + PERIOD)] * 2
    shop.deliver("customer.subscription.updated", sent(customer))
    assert stored(shop, owner, "cancellation_pending", "cancellation_date") == [(False, None)] * 2


def test_a_subscription_that_ends_takes_the_plan_away(shop: Any) -> None:
    customer = customer_id()
    owner, email = shop.buyer("pro", stripe_customer_id=customer, stripe_subscription_id="sub_1")
    shop.another_key(owner, email=email, cancellation_pending=True)
    shop.deliver("customer.subscription.deleted", sent(customer, status="canceled"))
    names = ("tier", "monthly_limit", "cancellation_pending", "cancellation_date")
    assert stored(shop, owner, *names) == [("free", 5_000, False, None)] * 3
    assert all("stripe_subscription_id" not in record for record in shop.keys(owner))
    assert {record.get("stripe_customer_id") for record in shop.keys(owner)} == {customer, None}


def test_the_end_of_an_older_subscription_leaves_the_newer_one(shop: Any) -> None:
    customer = customer_id()
    owner, _ = shop.buyer("pro", stripe_customer_id=customer, stripe_subscription_id="sub_2")
    assert shop.deliver("customer.subscription.deleted", sent(customer, status="canceled")).status == 200
    assert stored(shop, owner, "tier") == [("pro",)] * 2


def test_the_first_payment_rewards_the_referrer_once(shop: Any, at_once: Any) -> None:
    referrer, _ = shop.buyer()
    owner, email = shop.buyer()
    flags = {"by": referrer, "yes": True, "until": "2999-01-01T00:00:00+00:00"}
    shop.world.keys.update(
        (owner, "USER_META"),
        "SET referred_by = :by, referral_pending = :yes, referral_pending_expires = :until",
        flags,
    )
    session = shop.paid(owner, email).to_dict()
    at_once(lambda _: shop.deliver("checkout.session.completed", session), 4)
    meta = shop.world.meta(referrer)
    assert (meta["bonus_requests"], meta["referral_paid"]) == (25_000, 1)
    assert "referral_pending" not in shop.world.meta(owner)


@pytest.mark.parametrize("charge", [{}, {"object": "charge"}])
def test_a_refund_is_noted_whatever_is_left_out(shop: Any, charge: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert shop.deliver("charge.refunded", charge).json == {"received": True}
    assert any("refunded" in record.getMessage() for record in caplog.records)


def test_a_dispute_is_told_of_whatever_is_left_out(shop: Any) -> None:
    shop.alerts()
    assert shop.deliver("charge.dispute.created", {"object": "dispute"}).json == {"received": True}
    (alert,) = shop.alerts()
    assert "unknown" in alert["Message"]


def test_a_refund_is_only_noted(shop: Any) -> None:
    owner, _ = shop.buyer("pro", stripe_customer_id="cus_refunded")
    before = shop.keys(owner)
    charge = {"id": "ch_1", "customer": "cus_refunded", "amount_refunded": 900}
    assert shop.deliver("charge.refunded", charge).status == 200
    assert shop.keys(owner) == before


def test_the_operators_hear_of_a_dispute(shop: Any) -> None:
    _, session = shop.subscriber()
    charge = next(one for one in shop.api.charges.list().auto_paging_iter() if one.customer == session.customer)
    shop.alerts()
    dispute = {"id": "dp_1", "object": "dispute", "charge": charge.id, "amount": 900, "currency": "usd"}
    assert shop.deliver("charge.dispute.created", {**dispute, "reason": "fraudulent"}).status == 200
    (alert,) = shop.alerts()
    for part in (session.customer, charge.id, "9.00 USD", "fraudulent"):
        assert part in alert["Message"]
    assert "dispute" in alert["Subject"]


def test_a_dispute_nobody_can_be_told_of_is_no_failure(shop: Any, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("ALERT_TOPIC_ARN", "arn:aws:sns:us-east-1:123456789012:missing")
    settings.cache_clear()
    dispute = {"id": "dp_1", "charge": "ch_unknown", "amount": 900, "reason": "fraudulent"}
    assert shop.deliver("charge.dispute.created", dispute).json == {"received": True}
