"""POST /checkout/create and POST /billing-portal/create"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from handlers.pkgwatch.api.create_billing_portal import handler as portal_handler
from handlers.pkgwatch.api.create_checkout import handler as checkout_handler
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import call, proxy_event


def test_a_checkout_is_for_the_user_and_the_plan(shop: Any) -> None:
    owner, email = shop.buyer()
    answer = shop.ask(checkout_handler, owner, {"tier": "pro"}, email)
    assert (answer.status, set(answer.json)) == (200, {"checkout_url"})
    session = shop.api.checkout.sessions.retrieve(answer.json["checkout_url"].rpartition("/")[2])
    assert (session.mode, session.amount_total, session.allow_promotion_codes) == ("subscription", 2900, True)
    assert (session.client_reference_id, session.customer_email) == (owner, email)
    assert session.metadata.to_dict() == {"user_id": owner, "tier": "pro"}
    assert session.success_url == "https://pkgwatch.dev/dashboard?upgraded=true"
    assert session.cancel_url == "https://pkgwatch.dev/pricing?cancelled=true"
    httpx.post(session.url)
    bought = shop.api.checkout.sessions.retrieve(session.id).subscription
    assert shop.api.subscriptions.retrieve(bought).metadata.to_dict() == {"user_id": owner, "tier": "pro"}


def test_who_was_a_customer_stays_the_same_customer(shop: Any) -> None:
    customer = shop.api.customers.create({"email": "known@example.com"}).id
    owner, email = shop.buyer(stripe_customer_id=customer)
    answer = shop.ask(checkout_handler, owner, {"tier": "starter"}, email)
    session = shop.api.checkout.sessions.retrieve(answer.json["checkout_url"].rpartition("/")[2])
    assert (session.customer, session.customer_email) == (customer, None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "invalid_json"),
        ("[]", "invalid_json"),
        (None, "invalid_tier"),
        ({"tier": 5}, "invalid_tier"),
        ({"tier": "free"}, "invalid_tier"),
        ({"tier": "Pro"}, "invalid_tier"),
    ],
)
def test_what_cannot_be_bought(shop: Any, body: Any, code: str) -> None:
    owner, email = shop.buyer()
    answer = shop.ask(checkout_handler, owner, body, email)
    assert (answer.status, answer.code) == (400, code)


def test_a_subscriber_upgrades_instead(shop: Any) -> None:
    owner, email = shop.buyer("starter", stripe_subscription_id="sub_1")
    answer = shop.ask(checkout_handler, owner, {"tier": "pro"}, email)
    assert (answer.status, answer.code) == (409, "upgrade_required")


@pytest.mark.parametrize(("has", "wants"), [("starter", "starter"), ("pro", "starter"), ("business", "pro")])
def test_nobody_buys_less_than_they_have(shop: Any, has: str, wants: str) -> None:
    owner, email = shop.buyer(has)
    answer = shop.ask(checkout_handler, owner, {"tier": wants}, email)
    assert (answer.status, answer.code) == (400, "invalid_upgrade")


def test_an_address_that_is_not_verified_has_bought_nothing(shop: Any) -> None:
    owner, email = shop.buyer(stripe_subscription_id="sub_1", email_verified=False)
    assert shop.ask(checkout_handler, owner, {"tier": "pro"}, email).status == 200


def test_a_plan_without_price(shop: Any, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("STRIPE_PRICE_PRO", "")
    settings.cache_clear()
    owner, email = shop.buyer()
    answer = shop.ask(checkout_handler, owner, {"tier": "pro"}, email)
    assert (answer.status, answer.code) == (500, "price_not_configured")


def test_stripe_refuses(shop: Any, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("STRIPE_PRICE_PRO", "price_nobody_knows")
    settings.cache_clear()
    owner, email = shop.buyer()
    answer = shop.ask(checkout_handler, owner, {"tier": "pro"}, email)
    assert (answer.status, answer.code) == (500, "stripe_error")
    assert "price_nobody_knows" not in answer.text


@pytest.mark.parametrize("handler", [checkout_handler, portal_handler])
def test_the_order_of_refusals(shop: Any, patched: pytest.MonkeyPatch, handler: Any) -> None:
    answer = call(handler, proxy_event("POST", body="{"))
    assert (answer.status, answer.code) == (401, "unauthorized")
    expired = proxy_event("POST", headers={"Cookie": "session=e30=.00"}, body="{")
    assert call(handler, expired).code == "session_expired"
    patched.setenv("STRIPE_SECRET_ARN", "test/missing")
    settings.cache_clear()
    answer = call(handler, expired)
    assert (answer.status, answer.code) == (500, "stripe_not_configured")


def test_a_customer_reaches_the_portal(shop: Any) -> None:
    customer = shop.api.customers.create({"email": "known@example.com"}).id
    owner, email = shop.buyer(stripe_customer_id=customer)
    answer = shop.ask(portal_handler, owner, None, email)
    assert (answer.status, set(answer.json)) == (200, {"portal_url"})
    page = httpx.get(answer.json["portal_url"])
    assert page.status_code == 200
    assert "https://pkgwatch.dev/dashboard?portal_return=1" in page.text


def test_who_is_no_customer_has_no_portal(shop: Any) -> None:
    owner, email = shop.buyer()
    answer = shop.ask(portal_handler, owner, None, email)
    assert (answer.status, answer.code) == (400, "no_subscription")


def test_a_customer_stripe_has_forgotten(shop: Any) -> None:
    owner, email = shop.buyer(stripe_customer_id="cus_forgotten")
    answer = shop.ask(portal_handler, owner, None, email)
    assert (answer.status, answer.code) == (500, "stripe_error")
