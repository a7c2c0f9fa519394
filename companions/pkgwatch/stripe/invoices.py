# SPDX-License-Identifier: GPL-3.0-or-later
"""Invoices: what is charged when a subscription starts, is renewed, or changes within a period."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from companions.pkgwatch.stripe.events import record
from companions.pkgwatch.stripe.objects import (
    Customer,
    List,
    PaymentIntent,
    PaymentMethod,
    Resource,
    card_declined,
    error,
    integer,
    lookup,
    now,
    refuse_unknown,
)


class Line(NamedTuple):
    """One line of an invoice to be; ``start`` and ``end`` are the period that it charges or credits."""

    item: Any
    price: Any
    amount: int
    start: int
    end: int
    proration: bool
    description: str


class Invoice(Resource):
    """An invoice of a subscription, finalized at its creation. A ``preview`` is not stored."""

    object = "invoice"
    _id_prefix = "in_"

    def __init__(self, subscription: Any, lines: Sequence[Line], reason: str, preview: bool = False) -> None:
        super().__init__()
        customer = Customer._api_retrieve(subscription.customer)
        total = sum(line.amount for line in lines)
        item = subscription.items._list[0]
        self.attempt_count = 0
        self.attempted = False
        self.auto_advance = not preview
        self.billing_reason = reason
        self.collection_method = "charge_automatically"
        self.currency = item.price.currency
        self.customer = customer.id
        self.customer_email = customer.email
        self.customer_name = customer.name
        self.description = None
        self.hosted_invoice_url = None
        self.lines = List(f"/v1/invoices/{self.id}/lines", limit=100)
        self.lines._list = [_InvoiceLine(self.id, subscription.id, line) for line in lines]
        self.metadata: dict[str, str] = {}
        self.next_payment_attempt: int | None = None
        self.number = None if preview else f"LOCAL-{secrets.token_hex(4).upper()}"
        details = {"subscription": subscription.id, "metadata": dict(subscription.metadata)}
        self.parent = {"type": "subscription_details", "subscription_details": details, "quote_details": None}
        self.period_start = item.current_period_start
        self.period_end = item.current_period_end
        self.starting_balance = 0
        self.ending_balance = min(0, total)
        self.status = "draft" if preview else "open"
        self.status_transitions = {"finalized_at": None if preview else now(), "paid_at": None, "voided_at": None}
        self.subtotal = self.total = total
        self.amount_due = self.amount_remaining = max(0, total)
        self.amount_paid = 0
        self._subscription = subscription
        if preview:
            self._remove()

    def _pay(self) -> bool:
        """Charges the customer's card; False if it is declined."""
        self.attempted = True
        self.attempt_count += 1
        if self.amount_due and not self._charge():
            return False
        self.status = "paid"
        self.amount_paid, self.amount_remaining = self.amount_due, 0
        self.next_payment_attempt = None
        self.status_transitions["paid_at"] = now()
        return True

    def _charge(self) -> bool:
        customer = Customer._api_retrieve(self.customer)
        method = self._subscription.default_payment_method or customer.invoice_settings["default_payment_method"]
        if method is None:
            return False
        card = PaymentMethod._api_retrieve(method)
        intent = PaymentIntent(
            amount=self.amount_due, currency=self.currency, customer=self.customer, payment_method=card.id
        )
        intent._confirm(on_failure_now=lambda: None)
        return bool(intent.status == "succeeded")

    def _record_events(self) -> None:
        """Records the events of its creation and payment."""
        record("invoice.created", self)
        record("invoice.finalized", self)
        if self.status == "paid":
            record("invoice.paid", self)
            record("invoice.payment_succeeded", self)
        else:
            record("invoice.payment_failed", self)

    @classmethod
    def _api_create(cls, **_: Any) -> Any:
        raise error(400, "Only subscriptions create invoices here.")

    @classmethod
    def _api_pay(cls, id: str, **_: Any) -> Any:
        """Tries to charge an open invoice again."""
        invoice = lookup("invoice", id)
        if invoice.status != "open":
            raise error(400, "Invoice is already paid", code="invoice_not_editable")
        if not invoice._pay():
            record("invoice.payment_failed", invoice)
            raise card_declined()
        record("invoice.paid", invoice)
        record("invoice.payment_succeeded", invoice)
        invoice._subscription._paid_late()
        return invoice

    @classmethod
    def _api_preview(cls, **given: Any) -> Any:
        """The invoice that a change of a subscription would lead to now."""
        refuse_unknown(given, ("customer", "subscription", "subscription_details"))
        subscription = lookup("subscription", given.get("subscription"), "subscription")
        if given.get("customer", subscription.customer) != subscription.customer:
            raise error(400, "The subscription belongs to another customer.", param="customer")
        details = given.get("subscription_details") or {}
        change = subscription._change(details, inside="subscription_details")
        lines = list(subscription._pending)
        if change is not None and change.behavior != "none":
            lines += proration_lines(change.item, change.price, change.at)
        if change is None or change.behavior != "always_invoice":
            item = subscription.items._list[0]
            price = change.price if change else item.price
            lines.append(
                full_period(item, price, item.current_period_end, subscription._next_end(item.current_period_end))
            )
        return cls(subscription, lines, "upcoming", preview=True)


class _InvoiceLine(Resource):
    object = "line_item"
    _id_prefix = "il_"

    def __init__(self, invoice: str, subscription: str, line: Line) -> None:
        super().__init__()
        self.amount = self.subtotal = line.amount
        self.currency = line.price.currency
        self.description = line.description
        self.discountable = not line.proration
        self.invoice = invoice
        self.metadata: dict[str, str] = {}
        details = {"subscription": subscription, "subscription_item": line.item.id, "proration": line.proration}
        self.parent = {
            "type": "subscription_item_details",
            "subscription_item_details": {**details, "invoice_item": None, "proration_details": None},
            "invoice_item_details": None,
        }
        self.period = {"start": line.start, "end": line.end}
        price = {"price": line.price.id, "product": line.price.product}
        self.pricing = {
            "type": "price_details",
            "price_details": price,
            "unit_amount_decimal": line.price.unit_amount_decimal,
        }
        self.quantity = line.item.quantity
        self.subscription = subscription
        self._remove()  # lines are read through their invoice


def full_period(item: Any, price: Any, start: int, end: int) -> Line:
    """The charge for a whole period."""
    return Line(item, price, price.unit_amount * item.quantity, start, end, False, f"{item.quantity} x {price.id}")


def proration_lines(item: Any, price: Any, at: int) -> list[Line]:
    """The credit for the rest of the period at the old price, and the charge at the new one."""
    start: int = item.current_period_start
    end: int = item.current_period_end
    if not start <= at <= end:
        raise error(400, "The proration date must lie within the current period.", param="proration_date")

    def rest(of: Any) -> int:
        cents: int = of.unit_amount * item.quantity
        return round(cents * (end - at) / (end - start))

    return [
        Line(item, item.price, -rest(item.price), at, end, True, f"Unused time on {item.price.id}"),
        Line(item, price, rest(price), at, end, True, f"Remaining time on {price.id}"),
    ]


def proration_time(given: dict[str, Any], inside: str) -> int:
    """The time from which a change counts (epoch seconds): now unless given."""
    if given.get("proration_date") is None:
        return now()
    return integer(given["proration_date"], f"{inside}[proration_date]" if inside else "proration_date")
