"""POST /upgrade/preview and POST /upgrade/confirm"""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest
import stripe as sdk

from handlers.pkgwatch.api.create_billing_portal import handler as portal_handler
from handlers.pkgwatch.api.upgrade_confirm import handler as confirm_handler
from handlers.pkgwatch.api.upgrade_preview import formatted
from handlers.pkgwatch.api.upgrade_preview import handler as preview_handler
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import call, proxy_event
from tests.handlers.pkgwatch.fixtures.login import cookie


def preview(shop: Any, owner: str, tier: Any = "pro") -> Any:
    return shop.ask(preview_handler, owner, {"tier": tier})


def confirm(shop: Any, owner: str, tier: Any = "pro", at: Any = None) -> Any:
    return shop.ask(confirm_handler, owner, {"tier": tier, "proration_date": int(time.time()) if at is None else at})


def subscription(shop: Any, session: Any) -> Any:
    return shop.api.subscriptions.retrieve(session.subscription)


def use_card(shop: Any, owner: str, number: str) -> None:
    page = shop.ask(portal_handler, owner).json["portal_url"]
    assert httpx.post(page, data={"action": "card", "card": number}).status_code == 200


def test_what_is_shown_is_what_is_charged(shop: Any) -> None:
    owner, session = shop.subscriber()
    shop.another_key(owner)
    answer = preview(shop, owner)
    assert answer.status == 200
    shown = answer.json["preview"]
    item = subscription(shop, session)["items"].data[0]
    assert shown == {
        "current_tier": "starter",
        "new_tier": "pro",
        "credit_amount_cents": 900,
        "new_plan_prorated_cents": 2900,
        "amount_due_cents": 2000,
        "amount_due_formatted": "$20.00",
        "currency": "usd",
        "current_period_end": time.strftime("%Y-%m-%d", time.gmtime(item.current_period_end)),
        "proration_date": shown["proration_date"],
        "cancellation_will_clear": False,
    }
    assert 0 <= time.time() - shown["proration_date"] < 60
    assert item.price.id == "price_local_starter"

    answer = confirm(shop, owner, at=shown["proration_date"])
    assert answer.status == 200
    assert answer.json == {
        "success": True,
        "new_tier": "pro",
        "amount_charged_cents": 2000,
        "invoice_id": subscription(shop, session).latest_invoice,
    }
    assert subscription(shop, session)["items"].data[0].price.id == "price_local_pro"
    assert [(key["tier"], key["monthly_limit"]) for key in shop.keys(owner)] == [("pro", 100_000)] * 2
    meta = shop.world.meta(owner)
    assert (meta["tier"], meta["monthly_limit"], meta["payment_failures"]) == ("pro", 100_000, 0)
    assert meta["current_period_end"] == item.current_period_end


def test_get_asks_for_a_preview_too(shop: Any) -> None:
    owner, _ = shop.subscriber()
    asked = proxy_event("GET", headers=cookie(owner), query={"tier": "business"})
    assert call(preview_handler, asked).json["preview"]["new_tier"] == "business"
    assert call(preview_handler, proxy_event("GET", headers=cookie(owner))).code == "invalid_tier"


def test_an_upgrade_takes_a_cancellation_back(shop: Any) -> None:
    owner, session = shop.subscriber()
    shop.api.subscriptions.update(session.subscription, {"cancel_at_period_end": True})
    shop.deliver("customer.subscription.updated", subscription(shop, session).to_dict())
    assert shop.world.meta(owner)["cancellation_pending"] is True
    assert preview(shop, owner).json["preview"]["cancellation_will_clear"] is True
    assert confirm(shop, owner).status == 200
    assert subscription(shop, session).cancel_at_period_end is False
    assert shop.world.meta(owner)["cancellation_pending"] is False


def test_many_confirm_at_once_and_one_is_charged(shop: Any, at_once: Any) -> None:
    owner, session = shop.subscriber()
    at = preview(shop, owner).json["preview"]["proration_date"]
    answers = at_once(lambda _: confirm(shop, owner, at=at), 8)
    done = [answer.json for answer in answers if answer.status == 200]
    assert done
    assert {answer.code for answer in answers if answer.status != 200} <= {"same_tier"}
    assert {answer["invoice_id"] for answer in done} == {subscription(shop, session).latest_invoice}
    assert confirm(shop, owner, at=at).code == "same_tier"
    used = {"idempotency_key": f"upgrade-{owner}-pro-{at}"}
    with pytest.raises(sdk.IdempotencyError):  # the quote was used up at Stripe, under the documented key
        shop.api.subscriptions.update(session.subscription, {"cancel_at_period_end": True}, used)


def test_nobody_pays_twice_though_the_tables_missed_it(shop: Any) -> None:
    owner, session = shop.subscriber()
    item = subscription(shop, session)["items"].data[0]
    shop.api.subscriptions.update(session.subscription, {"items": [{"id": item.id, "price": "price_local_pro"}]})
    assert shop.world.meta(owner)["tier"] == "starter"
    answer = confirm(shop, owner)
    assert (answer.status, answer.code) == (400, "same_tier")


@pytest.mark.parametrize("handler", [preview_handler, confirm_handler])
@pytest.mark.parametrize(
    ("tier", "code"),
    [
        ("starter", "invalid_tier"),
        ("free", "invalid_tier"),
        (None, "invalid_tier"),
        ("pro", "same_tier"),
    ],
)
def test_plans_one_cannot_change_to(shop: Any, handler: Any, tier: Any, code: str) -> None:
    owner, _ = shop.buyer("pro", stripe_subscription_id="sub_1", stripe_customer_id="cus_1")
    answer = shop.ask(handler, owner, {"tier": tier, "proration_date": int(time.time())})
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize("ask", [preview, confirm])
def test_what_stands_in_the_way(shop: Any, patched: pytest.MonkeyPatch, ask: Any) -> None:
    nobody, _ = shop.buyer()
    assert (ask(shop, nobody).status, ask(shop, nobody).code) == (400, "no_active_subscription")
    rich, _ = shop.buyer("business", stripe_subscription_id="sub_1")
    assert ask(shop, rich).code == "downgrade_not_allowed"

    owner, session = shop.subscriber()
    use_card(shop, owner, "4000000000000341")
    httpx.post(shop.ask(portal_handler, owner).json["portal_url"], data={"action": "renew"})
    assert (ask(shop, owner).status, ask(shop, owner).code) == (402, "payment_required")
    shop.api.subscriptions.cancel(session.subscription)
    assert (ask(shop, owner).status, ask(shop, owner).code) == (400, "subscription_invalid")

    patched.setenv("STRIPE_PRICE_PRO", "")
    settings.cache_clear()
    assert (ask(shop, owner).status, ask(shop, owner).code) == (500, "price_not_configured")


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("soon", "invalid_proration_date"),
        (1.5, "invalid_proration_date"),
        (lambda: int(time.time()) + 60, "invalid_proration_date"),
        (lambda: int(time.time()) - 302, "proration_date_expired"),
    ],
)
def test_a_quote_holds_for_five_minutes(shop: Any, at: Any, code: str) -> None:
    owner, _ = shop.buyer("starter", stripe_subscription_id="sub_1")
    answer = confirm(shop, owner, at=at() if callable(at) else at)
    assert (answer.status, answer.code) == (400, code)
    missing = call(confirm_handler, proxy_event("POST", headers=cookie(owner), body=json.dumps({"tier": "pro"})))
    assert missing.code == "invalid_proration_date"


def test_a_declined_card_leaves_the_plan_as_it_is(shop: Any) -> None:
    owner, session = shop.subscriber()
    use_card(shop, owner, "4000000000000341")
    answer = confirm(shop, owner)
    assert (answer.status, answer.code) == (402, "payment_failed")
    assert subscription(shop, session)["items"].data[0].price.id == "price_local_starter"
    assert shop.world.meta(owner)["tier"] == "starter"


def test_stripe_knows_nothing_of_the_subscription(shop: Any) -> None:
    owner, _ = shop.buyer("starter", stripe_subscription_id="sub_forgotten")
    assert (preview(shop, owner).status, preview(shop, owner).code) == (500, "stripe_error")
    assert (confirm(shop, owner).status, confirm(shop, owner).code) == (400, "invalid_request")


def test_stripe_does_not_answer(shop: Any, patched: pytest.MonkeyPatch) -> None:
    owner, _ = shop.buyer("starter", stripe_subscription_id="sub_1")
    patched.setenv("STRIPE_API_BASE", "http://127.0.0.1:9")
    settings.cache_clear()
    assert (preview(shop, owner).status, preview(shop, owner).code) == (500, "stripe_error")
    assert (confirm(shop, owner).status, confirm(shop, owner).code) == (503, "stripe_unavailable")


def test_the_plan_is_paid_though_the_table_fails(shop: Any, world: Any) -> None:
    """Exercised where it is decided: a table that fails only on writing cannot be had from the emulator."""
    from handlers.pkgwatch.api.upgrade_confirm import _store

    owner, session = shop.subscriber()
    missing = type(world.keys)(world.keys.client, "there-is-no-such-table")
    _store(missing, owner, "pro", subscription(shop, session).to_dict())


@pytest.mark.parametrize(("currency", "shown"), [("usd", "$44.00"), ("eur", "44.00 EUR")])
def test_amounts(currency: str, shown: str) -> None:
    assert formatted(4400, currency) == shown
