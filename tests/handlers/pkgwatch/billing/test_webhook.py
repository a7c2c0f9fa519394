"""POST /webhooks/stripe: an event is processed once, and may be sent again after a failure"""

from __future__ import annotations

import base64
import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe as sdk

from handlers.common.timestamps import iso
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.serve import Call
from handlers.pkgwatch.api.stripe_webhook import handler, receive
from handlers.pkgwatch.billing import claims
from handlers.pkgwatch.billing.services import Services
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import call, proxy_event

SIGNING = "whsec_of_these_tests"
RECEIVED = {"received": True}
DUPLICATE = {"received": True, "duplicate": True}


def harmless(shop: Any) -> dict[str, Any]:
    return dict(shop.event("charge.refunded", {"id": "ch_1", "object": "charge", "amount_refunded": 5}))


def test_an_event_is_taken_in_once(shop: Any) -> None:
    event = harmless(shop)
    assert (shop.send(event).status, shop.send(event).json) == (200, DUPLICATE)
    record = shop.record(event)
    assert (record["status"], record["customer_id"], record["livemode"]) == ("success", "unknown", False)
    assert record["event_created_at"] == event["created"]
    assert 89 <= (record["ttl"] - time.time()) / 86400 <= 90
    assert datetime.fromisoformat(record["processed_at"])


def test_types_nobody_waits_for_are_taken_in_too(shop: Any) -> None:
    event = shop.event("customer.tax_id.created", {"id": "txi_1", "customer": "cus_1"})
    assert shop.send(event).json == RECEIVED
    assert (shop.record(event)["status"], shop.record(event)["customer_id"]) == ("success", "cus_1")


def test_many_deliveries_at_once_and_one_is_dealt_with(shop: Any, at_once: Any) -> None:
    owner, _ = shop.buyer("pro", stripe_customer_id=f"cus_{secrets.token_hex(6)}")
    customer = shop.keys(owner)[0]["stripe_customer_id"]
    event = shop.event("charge.dispute.created", {"id": "dp_1", "customer": customer, "amount": 900, "reason": "fraud"})
    answers = at_once(lambda _: shop.send(event), 12)
    assert {answer.status for answer in answers} == {200}
    assert [answer.json for answer in answers].count(RECEIVED) == 1
    assert [answer.json for answer in answers].count(DUPLICATE) == 11
    assert len(shop.alerts()) == 1


def test_the_same_id_under_another_type_is_another_event(shop: Any) -> None:
    event = harmless(shop)
    assert shop.send(event).json == RECEIVED
    assert shop.send({**event, "type": "charge.updated"}).json == RECEIVED


def signed_with(body: str, secret: str = SIGNING, age: int = 0) -> str:
    return str(sdk.WebhookSignature.generate_signature_header(body, secret, int(time.time()) - age))


@pytest.mark.parametrize(
    "sign",
    [
        lambda body: signed_with(body, "whsec_of_somebody_else"),
        lambda body: signed_with(body + " "),
        lambda body: signed_with(body, age=301),
        lambda body: signed_with(body).replace("v1=", "v0="),
        lambda _: "t=1,v1=é",
        lambda _: "t=now,v1=00",
        lambda _: "nonsense",
    ],
)
def test_only_stripe_is_believed(shop: Any, sign: Any) -> None:
    body = json.dumps(harmless(shop))
    response = shop.send(body, sign(body))
    assert (response.status, response.code) == (400, "invalid_signature")
    assert response.json["error"]["request_id"]


def test_signatures_are_young_enough_for_five_minutes(shop: Any) -> None:
    body = json.dumps(harmless(shop))
    assert shop.send(body, signed_with(body, age=290)).json == RECEIVED


def test_a_signature_is_needed(shop: Any) -> None:
    response = shop.send(harmless(shop), "")
    assert (response.status, response.code) == (400, "missing_signature")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"id": "evt_1"}',
        '{"id": "evt_1", "type": "x", "data": {}}',
        '{"id": "", "type": "x", "data": {"object": {}}}',
        '{"id": 1, "type": "x", "data": {"object": {}}}',
    ],
)
def test_a_body_that_is_no_event(shop: Any, body: str) -> None:
    response = shop.send(body)
    assert (response.status, response.code) == (400, "invalid_webhook_payload")


@pytest.mark.parametrize("name", ["STRIPE_SECRET_ARN", "STRIPE_WEBHOOK_SECRET_ARN"])
def test_nothing_is_taken_in_before_stripe_is_set_up(shop: Any, patched: pytest.MonkeyPatch, name: str) -> None:
    event = harmless(shop)
    patched.setenv(name, "test/missing")
    settings.cache_clear()
    response = shop.send(event)
    assert (response.status, response.code) == (500, "stripe_not_configured")
    assert shop.record(event) == {}


def test_a_table_that_fails_is_asked_again_later(shop: Any, patched: pytest.MonkeyPatch) -> None:
    """The owner of the event cannot be looked up the first time; Stripe's second try goes through."""
    customer = f"cus_{secrets.token_hex(6)}"
    owner, _ = shop.buyer("pro", stripe_customer_id=customer)
    event = shop.event("customer.subscription.deleted", {"id": "sub_1", "customer": customer})
    good = settings().api_keys_table
    patched.setenv("API_KEYS_TABLE", "there-is-no-such-table")
    settings.cache_clear()
    response = shop.send(event)
    assert (response.status, response.code) == (500, "temporary_error")
    assert (shop.record(event)["status"], shop.record(event)["error"]) == ("failed", "ResourceNotFoundException")

    patched.setenv("API_KEYS_TABLE", good)
    settings.cache_clear()
    assert shop.send(event).json == RECEIVED
    assert shop.record(event)["status"] == "success"
    assert "error" not in shop.record(event)
    assert shop.world.meta(owner)["tier"] == "free"
    assert shop.send(event).json == DUPLICATE


def test_retries_at_once_after_a_failure_are_dealt_with_once(shop: Any, at_once: Any) -> None:
    event = shop.event("charge.dispute.created", {"id": "dp_2", "amount": 1, "reason": "fraud"})
    now = datetime.now(UTC)
    assert claims.take(shop.world.billing, event, now)
    claims.failed(shop.world.billing, event, "Whatever", now)
    answers = at_once(lambda _: shop.send(event), 8)
    assert [answer.json for answer in answers].count(RECEIVED) == 1


def test_without_its_own_table_nothing_is_claimed(shop: Any, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("BILLING_EVENTS_TABLE", "there-is-no-such-table")
    settings.cache_clear()
    response = shop.send(harmless(shop))
    assert (response.status, response.code) == (500, "temporary_error")


def test_stripe_does_not_answer(shop: Any, patched: pytest.MonkeyPatch, arranged: dict[str, str]) -> None:
    owner, email = shop.buyer()
    session = shop.paid(owner, email)
    event = shop.event("checkout.session.completed", session.to_dict())
    patched.setenv("STRIPE_API_BASE", "http://127.0.0.1:9")
    settings.cache_clear()
    response = shop.send(event)
    assert (response.status, response.code) == (500, "stripe_error")
    patched.setenv("STRIPE_API_BASE", arranged["STRIPE_API_BASE"])
    settings.cache_clear()
    assert shop.send(event).json == RECEIVED
    assert shop.world.meta(owner)["tier"] == "starter"


@pytest.mark.parametrize(
    ("kind", "thing", "code"),
    [
        ("checkout.session.completed", {"id": "cs_1", "subscription": "sub_nobody_knows"}, "stripe_validation_error"),
        ("customer.subscription.updated", {"id": "sub_1"}, "invalid_event_data"),
        ("customer.subscription.updated", {"id": "sub_1", "items": None}, "invalid_event_data"),
        ("customer.subscription.deleted", {"id": "sub_1"}, "invalid_event_data"),
        (
            "invoice.paid",
            {"id": "in_1", "customer": "cus_1", "billing_reason": "subscription_cycle", "lines": {"data": []}},
            "invalid_event_data",
        ),
        ("charge.dispute.created", {"id": "dp_1", "amount": "much"}, "invalid_event_data"),
    ],
)
def test_what_would_fail_every_time_is_not_sent_again(shop: Any, kind: str, thing: Any, code: str) -> None:
    event = shop.event(kind, thing)
    response = shop.send(event)
    assert response.status == 200
    assert (response.json["error"]["code"], response.json["received"], response.json["processed"]) == (
        code,
        True,
        False,
    )
    assert shop.record(event)["status"] == "failed"


def test_what_nobody_thought_of_is_tried_again(shop: Any) -> None:
    def broken(_subject: str, _text: str) -> None:
        raise RuntimeError("of a kind nobody thought of")

    event = shop.event("charge.dispute.created", {"id": "dp_3", "amount": 1, "reason": "fraud"})
    body = json.dumps(event)
    request = Request(proxy_event("POST", headers={"Stripe-Signature": signed_with(body)}, body=body))
    world = shop.world
    services = Services(world.keys, world.billing, world.events, broken, "a@example.com", "https://a.example", 7)
    with pytest.raises(ApiError) as refused:
        receive(Call(request, datetime.now(UTC)), services)
    assert (refused.value.status, refused.value.code) == (500, "processing_failed")
    assert shop.send(event).json == RECEIVED


@pytest.mark.parametrize(("age", "answered"), [(60, DUPLICATE), (180, RECEIVED)])
def test_a_claim_of_a_function_that_was_cut_off_runs_out(shop: Any, age: int, answered: dict[str, Any]) -> None:
    event = harmless(shop)
    assert claims.take(shop.world.billing, event, datetime.now(UTC) - timedelta(seconds=age))
    assert shop.record(event)["status"] == "processing"
    assert shop.send(event).json == answered


def test_a_claim_that_has_run_out_is_taken_over_by_one(shop: Any, at_once: Any) -> None:
    event, now = harmless(shop), datetime.now(UTC)
    assert claims.take(shop.world.billing, event, now - timedelta(minutes=3))
    assert sum(at_once(lambda _: claims.take(shop.world.billing, event, now), 8)) == 1
    assert shop.record(event)["claimed_at"] == iso(now)


def test_a_body_may_come_encoded(shop: Any) -> None:
    body = json.dumps(harmless(shop))
    headers = {"stripe-signature": signed_with(body)}
    event = proxy_event("POST", "/webhooks/stripe", headers=headers, body=base64.b64encode(body.encode()).decode())
    assert call(handler, event | {"isBase64Encoded": True}).json == RECEIVED
    assert call(handler, event | {"isBase64Encoded": True, "body": "%"}).code == "invalid_signature"
