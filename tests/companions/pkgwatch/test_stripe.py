"""The local Stripe, as Stripe's own SDK sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import stripe

from companions.pkgwatch.stripe.objects import API_VERSION
from tests.handlers.pkgwatch.fixtures.webhook import Receiver, receiving

pytestmark = pytest.mark.emulator

STARTER, PRO, BUSINESS = (f"price_local_{tier}" for tier in ("starter", "pro", "business"))
LATER_DECLINED = "4000000000000341"


@pytest.fixture(scope="module")
def base(emulator: Any) -> str:
    return f"{emulator.endpoint}/_companions/stripe"


@pytest.fixture(scope="module")
def api(base: str) -> Any:
    client = stripe.StripeClient("sk_test_anything", base_addresses={"api": base}, http_client=stripe.UrllibClient())
    return client.v1


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture(scope="module")
def secret(api: Any, receiver: Receiver) -> Iterator[str]:
    endpoint = api.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})
    yield endpoint.secret
    api.webhook_endpoints.delete(endpoint.id)


@pytest.fixture
def checkout(api: Any) -> Callable[..., Any]:
    def create(**changed: Any) -> Any:
        wanted = {
            "mode": "subscription",
            "line_items": [{"price": STARTER, "quantity": 1}],
            "success_url": "https://shop.example/done?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://shop.example/back",
            "client_reference_id": "user_1",
            "metadata": {"user_id": "user_1"},
            "subscription_data": {"metadata": {"tier": "starter"}},
            "allow_promotion_codes": True,
            "customer_email": "buyer@example.com",
        }
        return api.checkout.sessions.create({k: v for k, v in (wanted | changed).items() if v is not None})

    return create


@pytest.fixture
def subscribed(api: Any, checkout: Callable[..., Any]) -> Callable[..., Any]:
    def create(**form: str) -> Any:
        session = checkout()
        assert httpx.post(session.url, data=form).status_code == 303
        return api.subscriptions.retrieve(api.checkout.sessions.retrieve(session.id).subscription)

    return create


def first(subscription: Any) -> Any:
    return subscription["items"].data[0]


def upgrade(subscription: Any, at: int, price: str = PRO) -> dict[str, Any]:
    items = [{"id": first(subscription).id, "price": price}]
    return {"items": items, "proration_behavior": "always_invoice", "proration_date": at}


def test_it_speaks_the_version_of_the_sdk(api: Any) -> None:
    assert stripe.api_version == API_VERSION
    price = api.prices.retrieve(PRO)
    assert (price.unit_amount, price.currency, price.recurring.interval) == (2900, "usd", "month")


def test_a_checkout_makes_a_customer_and_a_subscription(
    api: Any, checkout: Any, receiver: Receiver, secret: str
) -> None:
    session = checkout()
    assert (session.status, session.payment_status, session.customer) == ("open", "unpaid", None)
    assert "9.00 USD" in httpx.get(session.url).text

    paid = httpx.post(session.url)
    assert (paid.status_code, paid.headers["Location"]) == (303, f"https://shop.example/done?session={session.id}")

    done = api.checkout.sessions.retrieve(session.id)
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert api.customers.retrieve(done.customer).email == done.customer_details.email == "buyer@example.com"
    subscription = api.subscriptions.retrieve(done.subscription)
    assert (subscription.status, subscription.metadata["tier"]) == ("active", "starter")
    item = first(subscription)
    assert 28 <= (item.current_period_end - item.current_period_start) / 86400 <= 31
    assert item.price.id == STARTER
    assert not hasattr(subscription, "current_period_end")
    invoice = api.invoices.retrieve(subscription.latest_invoice)
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == ("paid", 900, "subscription_create")
    assert invoice.parent.subscription_details.subscription == subscription.id
    assert invoice.lines.data[0].period.end == item.current_period_end

    kinds = {"checkout.session.completed", "customer.subscription.created", "invoice.paid"}
    receiver.wait(lambda: kinds <= {event.type for event in receiver.events(secret)})
    completed = next(
        event for event in receiver.events(secret, "checkout.session.completed") if event.data.object.id == session.id
    )
    assert completed.api_version == API_VERSION
    assert completed.data.object.client_reference_id == "user_1"

    httpx.post(session.url)
    assert api.checkout.sessions.retrieve(session.id).subscription == done.subscription


def test_a_link_can_confirm_a_checkout(api: Any, checkout: Any) -> None:
    session = checkout()
    assert httpx.get(session.url, params={"confirm": "1"}).status_code == 303
    assert api.checkout.sessions.retrieve(session.id).status == "complete"


def test_a_known_customer_buys_again(api: Any, checkout: Any, subscribed: Any) -> None:
    customer = subscribed().customer
    session = checkout(customer=customer, customer_email=None)
    httpx.post(session.url)
    assert api.subscriptions.retrieve(api.checkout.sessions.retrieve(session.id).subscription).customer == customer


def test_a_declined_card_buys_nothing(api: Any, checkout: Any) -> None:
    session = checkout()
    for card in ("4000000000000002", LATER_DECLINED, "12"):
        answer = httpx.post(session.url, data={"card": card})
        assert answer.status_code in (400, 402)
    assert api.checkout.sessions.retrieve(session.id).status == "open"


def test_an_expired_session_is_over(api: Any, checkout: Any) -> None:
    session = checkout()
    api.checkout.sessions.expire(session.id)
    assert httpx.post(session.url).status_code == 410
    with pytest.raises(stripe.InvalidRequestError):
        api.checkout.sessions.expire(session.id)


@pytest.mark.parametrize(
    ("changed", "param"),
    [
        ({"line_items": [{"price": "price_unknown", "quantity": 1}]}, "line_items[0][price]"),
        ({"customer": "cus_unknown", "customer_email": None}, "customer"),
        ({"customer": "cus_1"}, "customer"),
        ({"mode": None}, "mode"),
        ({"success_url": None}, "success_url"),
        ({"no_such": "thing"}, "no_such"),
    ],
)
def test_what_stripe_refuses_is_refused(checkout: Any, changed: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        checkout(**changed)
    assert refused.value.param == param


def test_the_preview_of_an_upgrade_is_what_it_costs(api: Any, subscribed: Any) -> None:
    subscription = subscribed()
    item = first(subscription)
    at = (item.current_period_start + item.current_period_end) // 2
    details = upgrade(subscription, at)
    preview = api.invoices.create_preview(
        {"customer": subscription.customer, "subscription": subscription.id, "subscription_details": details}
    )
    assert [line.amount for line in preview.lines.data] == [-450, 1450]
    assert preview.amount_due == 1000
    assert first(api.subscriptions.retrieve(subscription.id)).price.id == STARTER

    wanted = {**details, "payment_behavior": "error_if_incomplete", "cancel_at_period_end": False}
    keyed = {"idempotency_key": f"upgrade-{subscription.id}"}
    upgraded = api.subscriptions.update(subscription.id, wanted, keyed)
    assert first(upgraded).price.id == PRO
    invoice = api.invoices.retrieve(upgraded.latest_invoice)
    assert (invoice.amount_paid, invoice.billing_reason) == (1000, "subscription_update")

    assert api.subscriptions.update(subscription.id, wanted, keyed).latest_invoice == upgraded.latest_invoice
    with pytest.raises(stripe.IdempotencyError):
        api.subscriptions.update(subscription.id, {"cancel_at_period_end": True}, keyed)


def test_an_upgrade_that_is_declined_changes_nothing(api: Any, base: str, subscribed: Any) -> None:
    subscription = subscribed()
    portal = api.billing_portal.sessions.create({"customer": subscription.customer})
    httpx.post(portal.url, data={"action": "card", "card": LATER_DECLINED})
    wanted = {**upgrade(subscription, int(time.time())), "payment_behavior": "error_if_incomplete"}
    with pytest.raises(stripe.CardError) as refused:
        api.subscriptions.update(subscription.id, wanted)
    assert refused.value.code == "card_declined"
    after = api.subscriptions.retrieve(subscription.id)
    assert (first(after).price.id, after.latest_invoice) == (STARTER, subscription.latest_invoice)


@pytest.mark.parametrize("offset", [-60, 40 * 86400])
def test_prorations_lie_within_the_period(api: Any, subscribed: Any, offset: int) -> None:
    subscription = subscribed()
    with pytest.raises(stripe.InvalidRequestError):
        api.subscriptions.update(subscription.id, upgrade(subscription, int(time.time()) + offset))


def test_objects_that_are_not_there(api: Any) -> None:
    for ask in (api.subscriptions.retrieve, api.invoices.retrieve, api.prices.retrieve, api.checkout.sessions.retrieve):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            ask("unknown_1")
        assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_a_key_is_needed(base: str) -> None:
    assert httpx.get(f"{base}/v1/prices").status_code == 401
    stranger = stripe.StripeClient("pk_test_public", base_addresses={"api": base}, http_client=stripe.UrllibClient())
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.prices.list()
