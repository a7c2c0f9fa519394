"""The events of invoices: paid ones begin a period, failed ones finally end a plan"""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.timestamps import iso

DAY = 86400
PERIOD = 30 * DAY
NOW = int(time.time())


def payer(shop: Any, **more: Any) -> tuple[str, str, str]:
    """A subscriber with two keys: user id, address, Stripe's customer."""
    customer = f"cus_{secrets.token_hex(6)}"
    owner, email = shop.buyer("pro", stripe_customer_id=customer, **more)
    both = {"tier": "pro", "stripe_customer_id": customer, **more}
    shop.another_key(owner, email=email, requests_this_month=9, **both)
    return owner, email, customer


def invoice(customer: str, start: int = NOW, **more: Any) -> dict[str, Any]:
    """An invoice as an event brings it: a proration first, then the period."""
    lines = [
        {
            "parent": {"type": "subscription_item_details", "subscription_item_details": {"proration": True}},
            "period": {"start": start - 5 * DAY, "end": start},
        },
        {
            "parent": {"type": "subscription_item_details", "subscription_item_details": {"proration": False}},
            "period": {"start": start, "end": start + PERIOD},
        },
    ]
    basic = {"id": "in_1", "object": "invoice", "customer": customer, "billing_reason": "subscription_cycle"}
    return {**basic, "lines": {"data": lines}, **more}


def usage(shop: Any, owner: str) -> list[int]:
    return [item.get("requests_this_month") for item in (shop.world.meta(owner), *shop.keys(owner))]


def days_ago(days: float) -> str:
    return iso(datetime.now(UTC) - timedelta(days=days))


@pytest.mark.parametrize("reason", ["subscription_cycle", "subscription_create"])
def test_a_paid_period_begins_at_zero(shop: Any, reason: str) -> None:
    owner, _, customer = payer(shop, payment_failures=2, first_payment_failure_at=days_ago(1))
    assert shop.deliver("invoice.paid", invoice(customer, billing_reason=reason)).status == 200
    assert usage(shop, owner) == [0, 0, 0]
    for item in (shop.world.meta(owner), *shop.keys(owner)):
        assert (item["current_period_start"], item["current_period_end"]) == (NOW, NOW + PERIOD)
        assert (item["last_reset_period_start"], item["payment_failures"]) == (NOW, 0)
        assert datetime.fromisoformat(item["last_usage_reset"])
        assert "first_payment_failure_at" not in item


def test_a_period_begins_once(shop: Any, at_once: Any) -> None:
    owner, _, customer = payer(shop)
    shop.deliver("invoice.paid", invoice(customer))
    shop.world.keys.update((owner, "USER_META"), "SET requests_this_month = :n", {"n": 50})
    at_once(lambda _: shop.deliver("invoice.paid", invoice(customer)), 6)
    shop.deliver("invoice.paid", invoice(customer, NOW - PERIOD))
    assert usage(shop, owner)[0] == 50
    shop.deliver("invoice.paid", invoice(customer, NOW + PERIOD))
    assert usage(shop, owner)[0] == 0


def test_the_news_of_a_period_does_not_keep_its_payment_from_counting(shop: Any) -> None:
    """Stripe tells that a period has begun up to an hour before it tells that it is paid."""
    owner, session = shop.subscriber("pro")
    item = shop.api.subscriptions.retrieve(session.subscription)["items"].data[0].to_dict()
    start = item["current_period_end"]
    later = {**item, "current_period_start": start, "current_period_end": start + PERIOD}
    subscription = {"id": session.subscription, "customer": session.customer, "status": "active"}
    for key in shop.keys(owner):
        shop.world.keys.update((owner, key["sk"]), "SET requests_this_month = :n", {"n": 50})
    changed = {**subscription, "cancel_at_period_end": False, "items": {"data": [later]}}
    shop.deliver("customer.subscription.updated", changed)
    assert shop.keys(owner)[0]["current_period_start"] == start
    shop.deliver("invoice.paid", invoice(session.customer, start))
    assert usage(shop, owner) == [0, 0]


@pytest.mark.parametrize("reason", ["subscription_update", "manual", None])
def test_other_invoices_begin_no_period(shop: Any, reason: str | None) -> None:
    owner, _, customer = payer(shop)
    assert shop.deliver("invoice.paid", invoice(customer, billing_reason=reason)).status == 200
    assert usage(shop, owner)[0] == 7


def test_lines_as_they_were_before_2025(shop: Any) -> None:
    owner, _, customer = payer(shop)
    lines = [
        {"type": "invoiceitem", "period": {"start": 1, "end": 2}},
        {"type": "subscription", "period": {"start": NOW, "end": NOW + PERIOD}},
    ]
    shop.deliver("invoice.paid", invoice(customer, lines={"data": lines}))
    assert shop.world.meta(owner)["current_period_start"] == NOW


def failed(shop: Any, customer: str, attempts: int = 1, **more: Any) -> Any:
    return shop.deliver("invoice.payment_failed", invoice(customer, attempt_count=attempts, **more))


def test_the_customer_hears_of_the_first_failure_once(shop: Any, world: Any, at_once: Any) -> None:
    owner, email, customer = payer(shop)
    at_once(lambda _: failed(shop, customer, customer_email=email), 6)
    assert failed(shop, customer, 2, customer_email=email).status == 200
    for key in shop.keys(owner):
        assert (key["tier"], key["payment_failures"]) == ("pro", 2)
        assert datetime.fromisoformat(key["first_payment_failure_at"])
    (mail,) = world.mails(email)
    assert mail["Source"] == "noreply@pkgwatch.dev"
    for part in ("pro", "7 days", "https://pkgwatch.dev/dashboard"):
        assert part in mail["BodyText"]
        assert part in mail["BodyHtml"]


def test_without_an_address_on_the_invoice_the_users_is_taken(shop: Any, world: Any) -> None:
    _, email, customer = payer(shop)
    failed(shop, customer)
    assert len(world.mails(email)) == 1


def test_a_mail_that_cannot_be_sent_is_no_failure(shop: Any) -> None:
    owner, _, customer = payer(shop)
    assert failed(shop, customer, customer_email="not an address").json == {"received": True}
    assert shop.keys(owner)[0]["payment_failures"] == 1


@pytest.mark.parametrize(
    ("attempts", "since", "plan"),
    [(2, 8, "pro"), (3, 6.9, "pro"), (3, 7.01, "free"), (4, 30, "free")],
)
def test_days_of_grace(shop: Any, attempts: int, since: float, plan: str) -> None:
    owner, _, customer = payer(shop, first_payment_failure_at=days_ago(since), cancellation_pending=True)
    assert failed(shop, customer, attempts).status == 200
    for item in (shop.world.meta(owner), *shop.keys(owner)):
        assert item["tier"] == plan
    for key in shop.keys(owner):
        assert key["payment_failures"] == attempts
        assert ("first_payment_failure_at" in key) == (plan == "pro")
    if plan == "free":
        meta = shop.world.meta(owner)
        assert (meta["monthly_limit"], meta["cancellation_pending"]) == (5_000, False)


def test_a_third_failure_nobody_heard_the_first_of_is_the_first(shop: Any, world: Any) -> None:
    owner, email, customer = payer(shop)
    failed(shop, customer, 3)
    assert {key["tier"] for key in shop.keys(owner)} == {"pro"}
    assert len(world.mails(email)) == 1


def test_a_payment_and_the_end_of_grace_at_once(shop: Any, at_once: Any) -> None:
    """Either the payment comes first and the plan stays, or the plan ends: never half of each."""
    for _ in range(5):
        owner, _, customer = payer(shop, first_payment_failure_at=days_ago(8))
        events = [
            shop.event("invoice.paid", invoice(customer)),
            shop.event("invoice.payment_failed", invoice(customer, attempt_count=3)),
        ]
        answers = at_once(lambda n, events=events: shop.send(events[n]), 2)
        assert {answer.status for answer in answers} <= {200, 500}
        tiers = {item["tier"] for item in (shop.world.meta(owner), *shop.keys(owner))}
        assert len(tiers) == 1
