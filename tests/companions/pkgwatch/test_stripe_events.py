"""The events of the local Stripe, who receives them, and the life of a subscription."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import stripe

from tests.handlers.pkgwatch.fixtures.webhook import Receiver, receiving

pytestmark = pytest.mark.emulator

LATER_DECLINED = "4000000000000341"


@pytest.fixture(scope="module")
def api(emulator: Any) -> Any:
    base = {"api": f"{emulator.endpoint}/_companions/stripe"}
    return stripe.StripeClient("sk_test_anything", base_addresses=base, http_client=stripe.UrllibClient()).v1


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def secret(api: Any, receiver: Receiver) -> Iterator[str]:
    endpoint = api.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})
    yield endpoint.secret
    api.webhook_endpoints.delete(endpoint.id)


@pytest.fixture
def subscription(api: Any) -> Any:
    session = api.checkout.sessions.create(
        {
            "mode": "subscription",
            "line_items": [{"price": "price_local_pro", "quantity": 1}],
            "success_url": "https://shop.example/",
            "customer_email": "buyer@example.com",
        }
    )
    httpx.post(session.url)
    return api.subscriptions.retrieve(api.checkout.sessions.retrieve(session.id).subscription)


@pytest.fixture
def act(api: Any, subscription: Any) -> Callable[..., httpx.Response]:
    """Presses a button of the subscriber's portal."""
    portal = api.billing_portal.sessions.create({"customer": subscription.customer, "return_url": "https://a.example"})
    return lambda action, **form: httpx.post(portal.url, data={"action": action, **form})


def received(receiver: Receiver, secret: str, kind: str) -> Any:
    return receiver.wait(lambda: receiver.events(secret, kind))[-1].data.object


def test_a_period_that_ends_is_charged(api: Any, act: Any, subscription: Any, receiver: Receiver, secret: str) -> None:
    before = subscription["items"].data[0]
    assert "active" in act("renew").text
    invoice = received(receiver, secret, "invoice.paid")
    assert (invoice.billing_reason, invoice.amount_paid) == ("subscription_cycle", 2900)
    line = invoice.lines.data[0]
    assert line.parent.type == "subscription_item_details"
    assert line.period.start == before.current_period_end
    after = api.subscriptions.retrieve(subscription.id)["items"].data[0]
    assert (after.current_period_start, after.current_period_end) == (line.period.start, line.period.end)


def test_a_card_that_stops_working(api: Any, act: Any, subscription: Any, receiver: Receiver, secret: str) -> None:
    act("card", card=LATER_DECLINED)
    assert "past_due" in act("renew").text
    failed = received(receiver, secret, "invoice.payment_failed")
    assert (failed.attempt_count, failed.customer_email) == (1, "buyer@example.com")
    assert act("pay").status_code == 402
    receiver.wait(
        lambda: [e for e in receiver.events(secret, "invoice.payment_failed") if e.data.object.attempt_count == 2]
    )
    act("card")
    assert "active" in act("pay").text
    assert api.subscriptions.retrieve(subscription.id).status == "active"


def test_a_cancelled_subscription_ends_with_its_period(
    api: Any, act: Any, subscription: Any, receiver: Receiver, secret: str
) -> None:
    act("cancel")
    changed = receiver.wait(lambda: receiver.events(secret, "customer.subscription.updated"))[-1]
    assert changed.data.object.cancel_at_period_end is True
    assert changed.data.previous_attributes["cancel_at_period_end"] is False
    act("resume")
    assert api.subscriptions.retrieve(subscription.id).cancel_at is None
    act("cancel")
    assert "no subscription" in act("renew").text
    assert received(receiver, secret, "customer.subscription.deleted").id == subscription.id
    assert act("resume").status_code == 400


def test_events_are_sent_again_until_they_are_taken(act: Any, receiver: Receiver, secret: str) -> None:
    receiver.failures = 2
    act("cancel_now")
    kind = "customer.subscription.deleted"
    sent = receiver.wait(lambda: found if len(found := receiver.events(secret, kind)) == 3 else None)
    assert len({event.id for event in sent}) == 1


def test_only_the_wanted_events_are_sent(api: Any, receiver: Receiver, act: Any) -> None:
    wanted = ["customer.subscription.deleted"]
    endpoint = api.webhook_endpoints.create({"url": receiver.url, "enabled_events": wanted})
    act("renew")
    act("cancel_now")
    receiver.wait(lambda: receiver.deliveries)
    assert {event.type for event in receiver.events(endpoint.secret)} == set(wanted)
    api.webhook_endpoints.delete(endpoint.id)
    with pytest.raises(stripe.InvalidRequestError):
        api.webhook_endpoints.create({"url": "ftp://a.example", "enabled_events": wanted})


def test_a_deployed_system_receives_events_where_its_template_says(aws: Any, receiver: Receiver, act: Any) -> None:
    template = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {"ApiUrl": {"Value": receiver.url.rstrip("/")}},
    }
    cloudformation, secrets = aws("cloudformation"), aws("secretsmanager")
    cloudformation.create_stack(StackName="PkgWatchApi-local", TemplateBody=json.dumps(template))
    name = "pkgwatch/stripe-webhook-local"
    secrets.create_secret(Name=name, SecretString=json.dumps({"secret": "whsec_declared"}))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="PkgWatchApi-local", WaiterConfig={"Delay": 1, "MaxAttempts": 10}
    )
    act("cancel_now")
    assert received(receiver, "whsec_declared", "customer.subscription.deleted")
    cloudformation.delete_stack(StackName="PkgWatchApi-local")
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
