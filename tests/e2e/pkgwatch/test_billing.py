"""Can a plan be bought, changed, renewed and ended, as Stripe tells it?

The local Stripe sends its events some moments after it is asked for something, so what they change is waited for.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.conftest import Deployed
from tests.e2e.pkgwatch.customer import buys, portal, submit
from tests.e2e.pkgwatch.person import Person, member
from tests.emulator import client
from tests.waiting import eventually

pytestmark = pytest.mark.e2e


def has(person: Person, **expected: Any) -> bool:
    me = person.me()
    return {name: me[name] for name in expected} == expected


def test_a_plan_is_bought_upgraded_and_ended(pkgwatch: Deployed):
    person = member(pkgwatch)
    assert person.asks("POST", "/billing-portal/create").outcome == (400, "no_subscription")
    assert person.asks("POST", "/upgrade/preview", {"tier": "pro"}).outcome == (400, "no_active_subscription")
    buys(person, "starter")
    assert pkgwatch.request("GET", "/usage", key=person.key).json()["usage"]["monthly_limit"] == 25_000
    assert person.asks("POST", "/checkout/create", {"tier": "pro"}).outcome == (409, "upgrade_required")
    _upgraded(person)
    page = portal(person)
    submit(pkgwatch, page, action="cancel")
    eventually(lambda: has(person, tier="pro", cancellation_pending=True))
    submit(pkgwatch, page, action="resume")
    eventually(lambda: has(person, tier="pro", cancellation_pending=False))
    submit(pkgwatch, page, action="cancel_now")
    eventually(lambda: has(person, tier="free"))
    assert pkgwatch.request("GET", "/usage", key=person.key).json()["tier"] == "free"


def _upgraded(person: Person) -> None:
    assert person.asks("POST", "/upgrade/preview", {"tier": "starter"}).status == 400
    preview = person.asks("POST", "/upgrade/preview", {"tier": "pro"})
    assert preview.status == 200, preview.body
    quote = preview.json()["preview"]
    assert (quote["current_tier"], quote["new_tier"], quote["currency"]) == ("starter", "pro", "usd")
    assert quote["amount_due_cents"] == quote["new_plan_prorated_cents"] - quote["credit_amount_cents"] > 0
    by_address = person.asks("GET", "/upgrade/preview?tier=pro").json()["preview"]
    assert by_address["new_plan_prorated_cents"] == pytest.approx(quote["new_plan_prorated_cents"], abs=2)
    stale = {"tier": "pro", "proration_date": quote["proration_date"] - 301}
    assert person.asks("POST", "/upgrade/confirm", stale).outcome == (400, "proration_date_expired")
    done = person.asks("POST", "/upgrade/confirm", {"tier": "pro", "proration_date": quote["proration_date"]})
    assert done.status == 200, done.body
    assert (done.json()["new_tier"], done.json()["amount_charged_cents"]) == ("pro", quote["amount_due_cents"])
    assert person.me()["tier"] == "pro"


def test_a_key_made_after_subscribing_has_the_plan_and_loses_it(pkgwatch: Deployed):
    person = member(pkgwatch)
    buys(person, "business")
    later = person.asks("POST", "/api-keys", {}).json()["api_key"]
    assert pkgwatch.request("GET", "/usage", key=later).json()["tier"] == "business"
    submit(pkgwatch, portal(person), action="cancel_now")
    eventually(lambda: pkgwatch.request("GET", "/usage", key=later).json()["tier"] == "free")


def test_a_period_that_ends_begins_a_new_count(pkgwatch: Deployed):
    person = member(pkgwatch)
    buys(person, "starter")
    page = portal(person)
    pkgwatch.request("GET", "/packages/npm/react", key=person.key)
    assert person.me()["requests_this_month"] == 1
    ended = person.me()["current_period_end"]
    submit(pkgwatch, page, action="renew")
    eventually(lambda: has(person, requests_this_month=0))
    eventually(lambda: person.me()["current_period_end"] > ended)


def test_a_failed_payment_is_told_and_forgiven_once_paid(pkgwatch: Deployed):
    person = member(pkgwatch)
    buys(person, "starter")
    page, before = portal(person), len(person.mails())
    submit(pkgwatch, page, action="card", card="4000000000000341")
    submit(pkgwatch, page, action="renew")
    eventually(lambda: len(person.mails()) == before + 1)
    assert "https://pkgwatch.dev/dashboard" in person.link()
    assert person.me()["tier"] == "starter"
    submit(pkgwatch, page, action="card", card="4242424242424242")
    submit(pkgwatch, page, action="pay")
    live = person.asks("GET", "/auth/me?refresh=stripe").json()
    assert (live["data_source"], live["tier"]) == ("live", "starter")


def signed(pkgwatch: Deployed, event: dict[str, Any], moment: int) -> tuple[bytes, dict[str, str]]:
    """A body and its headers as Stripe sends them, with the secret of the stage."""
    secrets = client(pkgwatch.emulator, "secretsmanager")
    secret = secrets.get_secret_value(SecretId="pkgwatch/stripe-webhook-local")["SecretString"]
    body = json.dumps(event)
    made = hmac.new(secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    return body.encode(), {"Stripe-Signature": f"t={moment},v1={made}"}


def event(name: str) -> dict[str, Any]:
    """One of a type nothing is done about."""
    return {
        "id": f"evt_{name}",
        "object": "event",
        "type": "plan.created",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"id": "plan_1", "object": "plan"}},
    }


def test_an_event_counts_once_however_often_it_comes(pkgwatch: Deployed):
    body, headers = signed(pkgwatch, event("often"), int(time.time()))
    with ThreadPoolExecutor(6) as pool:
        send = lambda _: pkgwatch.request("POST", "/webhooks/stripe", body, headers=headers)  # noqa: E731
        answers = [answer.json() for answer in pool.map(send, range(6))]
    assert [answer for answer in answers if "duplicate" not in answer] == [{"received": True}]
    assert len([answer for answer in answers if answer == {"received": True, "duplicate": True}]) == 5


def test_only_stripe_is_believed(pkgwatch: Deployed):
    now = int(time.time())
    body, headers = signed(pkgwatch, event("forged"), now)
    sent = [
        (body, {}, "missing_signature"),
        (body.replace(b"plan_1", b"plan_2"), headers, "invalid_signature"),
        (body, {"Stripe-Signature": f"t={now},v1={'0' * 64}"}, "invalid_signature"),
        (*signed(pkgwatch, event("old"), now - 900), "invalid_signature"),
    ]
    for text, said, code in sent:
        assert pkgwatch.request("POST", "/webhooks/stripe", text, headers=said).outcome == (400, code)


def test_the_months_reset_leaves_what_is_billed_by_period(pkgwatch: Deployed):
    free, paid = member(pkgwatch), member(pkgwatch)
    buys(paid, "starter")
    for person in (free, paid):
        pkgwatch.request("GET", "/packages/npm/react", key=person.key)
    told = json.loads(pkgwatch.pkgops("invoke", "reset-usage", "--payload", "{}").stdout)
    assert told["completed"] is True
    assert (free.me()["requests_this_month"], paid.me()["requests_this_month"]) == (0, 1)
    assert pkgwatch.pkgops("invoke", "backup-reset-usage", "--payload", "{}").returncode == 0


def test_an_invited_customer_pays_the_inviter_once(pkgwatch: Deployed):
    inviter = member(pkgwatch, "inviter")
    invited = member(pkgwatch, "invited", referral_code=inviter.me()["referral_code"])
    buys(invited, "starter")
    eventually(lambda: has(inviter, bonus_requests=25_000))
    stats = inviter.asks("GET", "/referral/status").json()["stats"]
    assert (stats["paid_conversions"], stats["pending_referrals"], stats["total_rewards_earned"]) == (1, 0, 25_000)
