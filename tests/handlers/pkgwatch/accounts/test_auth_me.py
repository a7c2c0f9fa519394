"""GET /auth/me"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from handlers.common import aws
from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.api_keys import key_hash
from handlers.pkgwatch.api.auth_me import handler
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import call, proxy_event
from tests.handlers.pkgwatch.fixtures.login import ask

END = 1_892_592_000
PRICES = {"STRIPE_PRICE_STARTER": "price_s", "STRIPE_PRICE_PRO": "price_p", "STRIPE_PRICE_BUSINESS": "price_b"}


class Stripe(BaseHTTPRequestHandler):
    """Knows the subscriptions in ``known``; asked for another it is out of order."""

    known: ClassVar[dict[str, dict[str, Any]]] = {}

    def do_GET(self) -> None:
        found = self.known.get(self.path.rpartition("/")[2])
        body = json.dumps(found or {"error": {"type": "invalid_request_error", "message": "No such subscription"}})
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def stripe(environment: pytest.MonkeyPatch) -> Iterator[dict[str, dict[str, Any]]]:
    """What Stripe knows; the functions ask it."""
    secret = f"test/stripe-{secrets.token_hex(4)}"
    aws.client("secretsmanager").create_secret(Name=secret, SecretString='{"key": "sk_test_1"}')
    with ThreadingHTTPServer(("127.0.0.1", 0), Stripe) as server, environment.context() as patch:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        patch.setenv("STRIPE_SECRET_ARN", secret)
        patch.setenv("STRIPE_API_BASE", f"http://127.0.0.1:{server.server_port}")
        for name, price in PRICES.items():
            patch.setenv(name, price)
        settings.cache_clear()
        yield Stripe.known
        server.shutdown()
        thread.join()
    settings.cache_clear()


def subscription(price: str, status: str = "active", *, cancels: bool = False) -> dict[str, Any]:
    item = {
        "id": "si_1",
        "object": "subscription_item",
        "price": {"id": price, "object": "price"},
        "current_period_start": END - 2_592_000,
        "current_period_end": END,
    }
    return {
        "id": "sub",
        "object": "subscription",
        "customer": "cus_1",
        "status": status,
        "cancel_at_period_end": cancels,
        "items": {"object": "list", "data": [item]},
    }


def me(owner: str, query: dict[str, str] | None = None) -> dict[str, Any]:
    answer = ask(handler, owner, query=query)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "private, no-store")
    return dict(answer.json)


def live(owner: str) -> dict[str, Any]:
    return me(owner, {"refresh": "stripe"})


def subscriber(world: Any, stripe: dict[str, Any], found: dict[str, Any] | None) -> str:
    """A starter whose subscription is ``found`` at Stripe."""
    number = f"sub_{secrets.token_hex(6)}"
    clear, owner = world.user("starter", email="a@example.com", current_period_end=5)
    world.keys.update((owner, "USER_META"), "SET tier = :tier", {"tier": "starter"})
    world.keys.update((owner, key_hash(clear)), "SET stripe_subscription_id = :s", {"s": number})
    if found:
        stripe[number] = {**found, "id": number}
    return str(owner)


def test_an_account(world: Any) -> None:
    created = datetime.now(UTC) - timedelta(days=13)
    clear, owner = world.user(
        "free",
        email="me@example.com",
        requests_this_month=7,
        bonus_requests=100,
        bonus_requests_lifetime=300,
        created_at=iso(created),
        cancellation_pending=True,
        cancellation_date=END,
        current_period_end=END,
        referral_code="MYCODE12",
    )
    world.keys.update((owner, "USER_META"), "SET tier = :tier", {"tier": "pro"})
    world.keys.update((owner, key_hash(clear)), "SET last_login = :t", {"t": "2026-05-01T00:00:00+00:00"})
    assert me(owner) == {
        "user_id": owner,
        "email": "me@example.com",
        "tier": "pro",
        "requests_this_month": 7,
        "monthly_limit": 100_000,
        "bonus_requests": 100,
        "bonus_cap": 500_000,
        "bonus_lifetime": 300,
        "effective_limit": 100_100,
        "created_at": iso(created),
        "last_login": "2026-05-01T00:00:00+00:00",
        "cancellation_pending": True,
        "cancellation_date": END,
        "current_period_end": END,
        "referral_code": "MYCODE12",
        "can_add_referral": True,
        "referral_code_deadline": iso(created + timedelta(days=14)),
        "data_source": "cache",
    }


def test_an_account_with_nothing_but_keys(world: Any) -> None:
    clear, owner = world.user("starter")
    key = (owner, key_hash(clear))
    world.keys.update(key, "SET requests_this_month = :n, current_period_end = :end", {"n": 3, "end": END})
    world.keys.put({"pk": owner, "sk": "f" * 64, "tier": "starter", "requests_this_month": 4, "email": "b@example.com"})
    world.keys.put({"pk": owner, "sk": "PENDING_DISPLAY", "requests_this_month": 100})
    shown = me(owner)
    assert (shown["tier"], shown["requests_this_month"], shown["effective_limit"]) == ("starter", 7, 25_000)
    assert (shown["current_period_end"], shown["cancellation_pending"], shown["cancellation_date"]) == (
        END,
        False,
        None,
    )
    assert [shown[name] for name in ("created_at", "last_login", "referral_code", "referral_code_deadline")] == [
        None
    ] * 4
    assert shown["can_add_referral"] is False


@pytest.mark.parametrize(
    "meta", [{"referred_by": "user_x"}, {"created_at": iso(datetime.now(UTC) - timedelta(days=14))}]
)
def test_a_referral_code_can_no_longer_be_added(world: Any, meta: dict[str, Any]) -> None:
    _, owner = world.user(**{"created_at": iso(datetime.now(UTC)), **meta})
    shown = me(owner)
    assert (shown["can_add_referral"], shown["referral_code_deadline"]) == (False, None)


def test_an_account_without_a_key_is_none(world: Any) -> None:
    world.keys.put({"pk": "user_gone", "sk": "USER_META", "email": "a@example.com"})
    answer = ask(handler, "user_gone")
    assert (answer.status, answer.code) == (404, "user_not_found")


def test_a_session_is_needed(world: Any) -> None:
    answer = call(handler, proxy_event())
    assert (answer.status, answer.code) == (401, "unauthorized")


@pytest.mark.parametrize(("price", "tier"), [("price_p", "pro"), ("price_b", "business"), ("price_of_old", "starter")])
@pytest.mark.parametrize("cancels", [True, False])
def test_stripe_knows_better(world: Any, stripe: dict[str, Any], price: str, tier: str, cancels: bool) -> None:
    owner = subscriber(world, stripe, subscription(price, cancels=cancels))
    shown = live(owner)
    assert shown["data_source"] == "live"
    assert shown["tier"] == tier
    assert shown["monthly_limit"] == {"starter": 25_000, "pro": 100_000, "business": 500_000}[tier]
    assert (shown["cancellation_pending"], shown["cancellation_date"]) == (cancels, END if cancels else None)
    assert shown["current_period_end"] == END
    assert me(owner) == {**shown, "data_source": "cache"}
    keys = [item for item in world.keys.partition(owner) if "key_hash" in item]
    assert [(key["tier"], key["current_period_end"]) for key in keys] == [(tier, END)]


@pytest.mark.parametrize("status", ["past_due", "canceled", "unpaid", "incomplete"])
def test_a_subscription_that_is_not_paid_is_none(world: Any, stripe: dict[str, Any], status: str) -> None:
    owner = subscriber(world, stripe, subscription("price_p", status, cancels=True))
    shown = live(owner)
    assert (shown["tier"], shown["monthly_limit"], shown["data_source"]) == ("free", 5_000, "live")
    assert (shown["cancellation_pending"], shown["cancellation_date"]) == (False, None)
    assert me(owner)["tier"] == "free"


def test_if_stripe_cannot_say_what_is_kept_is_shown(
    world: Any, stripe: dict[str, Any], patched: pytest.MonkeyPatch
) -> None:
    unknown = subscriber(world, stripe, None)
    known = subscriber(world, stripe, subscription("price_p"))
    assert (live(unknown)["tier"], live(unknown)["data_source"]) == ("starter", "cache")
    patched.setenv("STRIPE_SECRET_ARN", "there-is-no-such-secret")
    settings.cache_clear()
    assert (live(known)["tier"], live(known)["data_source"]) == ("starter", "cache")


def test_nobody_is_asked_about_a_user_without_a_subscription(world: Any, stripe: dict[str, Any]) -> None:
    _, owner = world.user(email="a@example.com")
    assert live(owner)["data_source"] == "cache"


def test_stripe_is_asked_only_on_request(world: Any, stripe: dict[str, Any]) -> None:
    owner = subscriber(world, stripe, subscription("price_p"))
    assert me(owner, {"refresh": "yes"})["tier"] == "starter"
