"""Events of Stripe that come late: one that is older than what is stored changes nothing"""

from __future__ import annotations

import itertools
import secrets
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.common.timestamps import iso
from handlers.pkgwatch.api.auth_me import handler as me_handler
from handlers.pkgwatch.billing import order
from tests.handlers.gateway import call, proxy_event
from tests.handlers.pkgwatch.billing.test_billing_events import customer_id, sent, stored
from tests.handlers.pkgwatch.billing.test_payments import failed, invoice, payer, usage
from tests.handlers.pkgwatch.fixtures.login import cookie

NOW = int(time.time())
PERIOD = 30 * 86400
HISTORY = (
    ("created", {}),
    ("updated", {"price": "price_local_business"}),
    ("deleted", {"status": "canceled"}),
)


def told(shop: Any, kind: str, customer: str, made: int, **more: Any) -> Any:
    """Delivers a subscription's event that Stripe made at that time."""
    event = shop.event(f"customer.subscription.{kind}", sent(customer, **more), created=made)
    answer = shop.send(event)
    assert answer.json == {"received": True}
    return answer


@pytest.mark.parametrize("arrival", list(itertools.permutations(range(3))), ids=str)
def test_a_subscription_that_has_ended_stays_so_in_whatever_order_it_is_told(shop: Any, arrival: tuple[int]) -> None:
    customer = customer_id()
    owner, _ = shop.buyer(stripe_customer_id=customer)
    for number in arrival:
        kind, more = HISTORY[number]
        told(shop, kind, customer, NOW - 100 + number, **more)
    assert stored(shop, owner, "tier", "monthly_limit") == [("free", 5_000)] * 2
    assert "stripe_subscription_id" not in shop.keys(owner)[0]


def test_within_a_second_the_end_is_last_and_the_beginning_first(shop: Any) -> None:
    customer = customer_id()
    owner, _ = shop.buyer(stripe_customer_id=customer)
    for kind, more in (HISTORY[2], HISTORY[1], HISTORY[0]):
        told(shop, kind, customer, NOW, **more)
    assert stored(shop, owner, "tier") == [("free",)] * 2


def test_an_older_change_does_not_undo_a_newer_one(shop: Any) -> None:
    customer = customer_id()
    owner, _ = shop.buyer(stripe_customer_id=customer)
    told(shop, "updated", customer, NOW, price="price_local_business")
    told(shop, "updated", customer, NOW - 1, cancel_at_period_end=True)
    assert stored(shop, owner, "tier", "cancellation_pending") == [("business", False)] * 2


def test_another_subscription_begins_in_the_second_the_last_one_ended(shop: Any) -> None:
    customer = customer_id()
    owner, _ = shop.buyer(stripe_customer_id=customer)
    told(shop, "deleted", customer, NOW, status="canceled")
    told(shop, "created", customer, NOW, id="sub_2")
    assert stored(shop, owner, "tier") == [("pro",)] * 2


def test_a_key_made_in_between_knows_of_the_end(shop: Any) -> None:
    from handlers.pkgwatch.accounts.key_items import subscription_of

    customer = customer_id()
    owner, _ = shop.buyer(stripe_customer_id=customer)
    told(shop, "deleted", customer, NOW, status="canceled")
    shop.another_key(owner, **subscription_of(shop.keys(owner)))
    told(shop, "updated", customer, NOW - 5)
    assert stored(shop, owner, "tier") == [("free",)] * 3


def test_a_checkout_of_a_subscription_that_has_ended_lets_no_older_event_begin_it(shop: Any) -> None:
    """The end came first, when nobody knew the customer yet."""
    owner, email = shop.buyer()
    session = shop.paid(owner, email, "pro")
    begun = shop.api.subscriptions.retrieve(session.subscription).to_dict()
    shop.api.subscriptions.cancel(session.subscription)
    shop.deliver("customer.subscription.deleted", shop.api.subscriptions.retrieve(session.subscription).to_dict())
    shop.deliver("checkout.session.completed", session.to_dict())
    event = shop.event("customer.subscription.created", begun, created=NOW - 60)
    assert shop.send(event).status == 200
    assert stored(shop, owner, "tier") == [("free",)] * 2


def test_what_stripe_answers_is_newer_than_events_from_before(shop: Any) -> None:
    owner, session = shop.subscriber("starter")
    old = shop.api.subscriptions.retrieve(session.subscription).to_dict()
    shop.api.subscriptions.cancel(session.subscription)
    query = {"refresh": "stripe"}
    assert (
        call(me_handler, proxy_event("GET", headers=cookie(owner, "a@example.com"), query=query)).json["tier"] == "free"
    )
    assert shop.send(shop.event("customer.subscription.updated", old, created=NOW - 60)).status == 200
    assert stored(shop, owner, "tier") == [("free",)] * 2
    ended = {**old, "status": "canceled"}
    assert shop.send(shop.event("customer.subscription.deleted", ended, created=NOW - 50)).status == 200
    assert "stripe_subscription_id" not in shop.keys(owner)[0]  # with it, no other could be bought


def test_a_failure_that_is_told_of_after_the_payment_is_void(shop: Any, world: Any) -> None:
    owner, email, customer = payer(shop)
    assert shop.send(shop.event("invoice.paid", invoice(customer), created=NOW)).status == 200
    event = shop.event("invoice.payment_failed", invoice(customer, attempt_count=1), created=NOW - 60)
    assert shop.send(event).status == 200
    assert {key["payment_failures"] for key in shop.keys(owner)} == {0}
    assert not any("first_payment_failure_at" in key for key in shop.keys(owner))
    assert world.mails(email) == []


def test_a_payment_is_no_less_one_because_its_period_has_begun_already(shop: Any) -> None:
    owner, _, customer = payer(shop, last_reset_period_start=NOW, first_payment_failure_at=iso(datetime.now(UTC)))
    assert shop.deliver("invoice.paid", invoice(customer)).status == 200
    assert not any("first_payment_failure_at" in key for key in shop.keys(owner))


def test_payments_told_of_after_the_end_change_nothing(shop: Any, world: Any) -> None:
    owner, email, customer = payer(shop)
    told(shop, "deleted", customer, NOW, status="canceled")
    before = shop.keys(owner)
    assert shop.send(shop.event("invoice.paid", invoice(customer, NOW - 60), created=NOW - 60)).status == 200
    assert usage(shop, owner)[0] == 7
    failure = invoice(customer, attempt_count=1)
    assert shop.send(shop.event("invoice.payment_failed", failure, created=NOW - 30)).status == 200
    assert world.mails(email) == []
    assert [key["tier"] for key in shop.keys(owner)] == [key["tier"] for key in before]


def test_the_last_failure_ends_no_plan_that_was_paid_since(shop: Any) -> None:
    owner, _, customer = payer(shop, first_payment_failure_at="2020-01-01T00:00:00+00:00")
    told(shop, "updated", customer, NOW)
    event = shop.event("invoice.payment_failed", invoice(customer, attempt_count=4), created=NOW - 60)
    assert shop.send(event).status == 200
    assert stored(shop, owner, "tier") == [("pro",)] * 3
    assert failed(shop, customer, 4).status == 200
    assert stored(shop, owner, "tier") == [("free",)] * 3
    told(shop, "updated", customer, NOW - 1)
    assert stored(shop, owner, "tier") == [("free",)] * 3


def test_an_event_without_a_time_is_new(shop: Any) -> None:
    customer = customer_id()
    owner, _ = shop.buyer(stripe_customer_id=customer, stripe_state=order.Moment(NOW - 9, "sub_1", order.ENDED).state)
    event = shop.event("customer.subscription.updated", sent(customer))
    del event["created"]
    assert shop.send(event).status == 200
    assert stored(shop, owner, "tier") == [("pro",)] * 2
    assert secrets.compare_digest(shop.keys(owner)[0]["stripe_state"]["subscription"], "sub_1")
