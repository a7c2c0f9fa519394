# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkout sessions: how a buyer becomes a customer with a subscription."""

from __future__ import annotations

import secrets
from typing import Any

from companions.pkgwatch.stripe.events import record
from companions.pkgwatch.stripe.objects import (
    Customer,
    PaymentMethod,
    Resource,
    boolean,
    card_declined,
    error,
    lookup,
    now,
    refuse_unknown,
    required,
)
from companions.pkgwatch.stripe.prices import priced
from companions.pkgwatch.stripe.subscriptions import Subscription

VISA = "4242424242424242"
_LIFETIME = 24 * 3600  # seconds until an unused session expires


class Session(Resource):
    """A page on which a subscription is paid for: ``url``, below ``_base``."""

    object = "checkout.session"
    _id_prefix = "cs_test_"
    _fields = (
        "mode",
        "line_items",
        "success_url",
        "cancel_url",
        "client_reference_id",
        "metadata",
        "subscription_data",
        "allow_promotion_codes",
        "customer",
        "customer_email",
    )
    _base = ""

    def __init__(self, **given: Any) -> None:
        if required(given, "mode") != "subscription":
            raise error(400, "Only subscriptions can be bought here.", param="mode")
        if given.get("customer") and given.get("customer_email"):
            raise error(
                400, "You may only specify one of these parameters: customer, customer_email.", param="customer"
            )
        price, quantity = priced(given, "line_items")
        customer = lookup("customer", given["customer"], "customer") if given.get("customer") else None
        details = given.get("subscription_data") or {}
        refuse_unknown(details, ("metadata",), "subscription_data")
        super().__init__(self._id_prefix + secrets.token_urlsafe(24))
        self.allow_promotion_codes = boolean(given.get("allow_promotion_codes"))
        self.amount_subtotal = self.amount_total = price.unit_amount * quantity
        self.cancel_url = given.get("cancel_url")
        self.client_reference_id = given.get("client_reference_id")
        self.currency = price.currency
        self.customer = customer.id if customer else None
        self.customer_details: dict[str, Any] | None = None
        self.customer_email = given.get("customer_email")
        self.expires_at = self.created + _LIFETIME
        self.invoice: str | None = None
        self.metadata = given.get("metadata") or {}
        self.mode = "subscription"
        self.payment_method_types = ["card"]
        self.payment_status = "unpaid"
        self.status = "open"
        self.subscription: str | None = None
        self.success_url = required(given, "success_url").replace("{CHECKOUT_SESSION_ID}", self.id)
        self.ui_mode = "hosted"
        self.url: str | None = f"{self._base}/pages/pay/{self.id}"
        self._item = {"price": price.id, "quantity": quantity}
        self._subscription_metadata = details.get("metadata") or {}

    def _current(self) -> Any:
        """The session, expired if it is due."""
        if self.status == "open" and now() >= self.expires_at:
            self._expire()
        return self

    def _expire(self) -> None:
        self.status, self.url = "expired", None
        record("checkout.session.expired", self)

    def _complete(self, number: str, email: str = "") -> None:
        """Pays by card; ``email`` is used where the session names no customer. 402 if the card is declined, and
        then nothing has changed."""
        if self.status != "open":
            raise error(400, f"This checkout session is {self.status}.")
        card = _card(number)
        email = email or self.customer_email or ""
        customer = lookup("customer", self.customer, "customer") if self.customer else Customer(email=email)
        _attach(card, customer)
        subscription = Subscription(
            customer=customer.id,
            items=[dict(self._item)],
            metadata=self._subscription_metadata,
            default_payment_method=card.id,
        )
        self.customer, self.subscription = customer.id, subscription.id
        self.customer_details = {"email": customer.email, "name": customer.name, "phone": None}
        self.invoice = subscription.latest_invoice
        self.status, self.payment_status, self.url = "complete", "paid", None
        record("checkout.session.completed", self)

    @classmethod
    def _api_retrieve(cls, id: str) -> Any:
        return super()._api_retrieve(id)._current()

    @classmethod
    def _api_expire(cls, id: str) -> Any:
        session = cls._api_retrieve(id)
        if session.status != "open":
            raise error(400, f"Only open sessions can be expired; this one is {session.status}.")
        session._expire()
        return session


def set_default_card(customer: Any, number: str) -> None:
    """Makes a card the one that a customer's subscriptions are charged to."""
    card = _card(number, later=True)
    _attach(card, customer)
    for subscription in Subscription._api_list_all("", customer=customer.id)._list:
        subscription.default_payment_method = card.id


def _attach(card: Any, customer: Any) -> None:
    card.customer = customer.id
    customer.invoice_settings["default_payment_method"] = card.id


def _card(number: str, later: bool = False) -> Any:
    """A card with one of Stripe's test numbers; ``later`` takes those that are declined only when charged."""
    digits = number.replace(" ", "")
    card = PaymentMethod(type="card", card={"number": digits, "exp_month": 12, "exp_year": 2099, "cvc": "123"})
    if card._attaching_is_declined() or (card._charging_is_declined() and not later):
        raise card_declined()
    return card
