# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions: what a customer pays for, period after period."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta
from localstripe import resources

from companions.pkgwatch.stripe.events import record
from companions.pkgwatch.stripe.invoices import Invoice, Line, full_period, proration_lines, proration_time
from companions.pkgwatch.stripe.objects import (
    List,
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

_BEHAVIORS = ("always_invoice", "create_prorations", "none")
_CHANGES = ("items", "proration_behavior", "proration_date", "cancel_at_period_end", "default_payment_method")


class Change(NamedTuple):
    """Another price for an item, from the time ``at`` on (epoch seconds)."""

    item: Any
    price: Any
    behavior: str
    at: int


class SubscriptionItem(Resource):
    """The one item of a subscription. Its period is the subscription's."""

    object = "subscription_item"
    _id_prefix = "si_"

    def __init__(self, subscription: str, price: Any, quantity: int, start: int) -> None:
        super().__init__()
        self.discounts: list[Any] = []
        self.metadata: dict[str, str] = {}
        self.price = price
        self.quantity = quantity
        self.subscription = subscription
        self.tax_rates: list[Any] = []
        self.current_period_start = start
        self.current_period_end = _period_end(start, price)


class Subscription(Resource):
    """A subscription of one item, charged to the customer's card."""

    object = "subscription"
    _id_prefix = "sub_"
    _fields = ("customer", "items", "metadata", "default_payment_method", "payment_behavior")

    def __init__(self, **given: Any) -> None:
        customer = lookup("customer", required(given, "customer"), "customer")
        price, quantity = priced(given, "items")
        super().__init__()
        self.billing_cycle_anchor = self.start_date = now()
        self.cancel_at: int | None = None
        self.cancel_at_period_end = False
        self.canceled_at: int | None = None
        self.collection_method = "charge_automatically"
        self.currency = price.currency
        self.customer = customer.id
        self.default_payment_method = given.get("default_payment_method")
        self.description = None
        self.discounts: list[Any] = []
        self.ended_at: int | None = None
        self.items = List(f"/v1/subscription_items?subscription={self.id}")
        self.items._list = [SubscriptionItem(self.id, price, quantity, self.start_date)]
        self.latest_invoice: str | None = None
        self.metadata = given.get("metadata") or {}
        self.status = "incomplete"
        self.trial_start = self.trial_end = None
        self._pending: list[Line] = []
        self._start(given.get("payment_behavior") == "error_if_incomplete")

    def _start(self, strict: bool) -> None:
        item = self.items._list[0]
        line = full_period(item, item.price, item.current_period_start, item.current_period_end)
        invoice = Invoice(self, [line], "subscription_create")
        if invoice._pay():
            self.status = "active"
        elif strict:
            invoice._remove()
            self._remove()
            raise card_declined()
        self.latest_invoice = invoice.id
        record("customer.subscription.created", self)
        invoice._record_events()

    @classmethod
    def _api_update(cls, id: str, **given: Any) -> Any:
        refuse_unknown(given, (*_CHANGES, "metadata", "payment_behavior"))
        subscription = lookup("subscription", id)
        if subscription.status in ("canceled", "incomplete_expired"):
            raise error(400, "A canceled subscription can only update its metadata.", code="resource_missing")
        subscription._update(**given)
        return subscription

    def _update(self, **given: Any) -> None:
        before = self._export()
        change = self._change({name: given[name] for name in _CHANGES if name in given})
        invoice = self._apply(change, given.get("payment_behavior", "allow_incomplete")) if change else None
        if "cancel_at_period_end" in given:
            self._cancel_at_end(boolean(given["cancel_at_period_end"]))
        self.default_payment_method = given.get("default_payment_method", self.default_payment_method)
        self.metadata |= given.get("metadata") or {}
        after = self._export()
        record("customer.subscription.updated", self, {key: before[key] for key in after if after[key] != before[key]})
        if invoice:
            invoice._record_events()

    def _change(self, given: dict[str, Any], inside: str = "") -> Change | None:
        """The change of price that the parameters request, if any."""
        refuse_unknown(given, _CHANGES, inside)
        behavior = given.get("proration_behavior", "create_prorations")
        if behavior not in _BEHAVIORS:
            raise error(400, f"Invalid proration_behavior: {behavior}", param="proration_behavior")
        requested = (given.get("items") or [{}])[0]
        if "price" not in requested:
            return None
        item = self.items._list[0]
        if requested.get("id") != item.id:
            raise error(400, "Subscriptions have one item here: name it by its id.", param="items[0][id]")
        price = lookup("price", requested["price"], "items[0][price]")
        return Change(item, price, behavior, proration_time(given, inside)) if price is not item.price else None

    def _apply(self, change: Change, payment: str) -> Any:
        """Applies the new price; returns the invoice for it, if one is due now."""
        lines = [] if change.behavior == "none" else proration_lines(change.item, change.price, change.at)
        invoice = None
        if change.behavior == "always_invoice":
            invoice = Invoice(self, [*self._pending, *lines], "subscription_update")
            if not invoice._pay():
                if payment == "error_if_incomplete":
                    invoice._remove()
                    raise card_declined()
                self.status = "past_due"
            self.latest_invoice = invoice.id
            lines = self._pending = []
        self._pending = [*self._pending, *lines]
        change.item.price = change.price
        return invoice

    def _cancel_at_end(self, on: bool) -> None:
        self.cancel_at_period_end = on
        self.canceled_at = now() if on else None
        self.cancel_at = self.items._list[0].current_period_end if on else None

    @classmethod
    def _api_delete(cls, id: str) -> Any:
        subscription = lookup("subscription", id)
        if subscription.status == "canceled":
            raise error(404, f"No such subscription: '{id}'", code="resource_missing", param="id")
        subscription.status = "canceled"
        subscription.canceled_at = subscription.ended_at = now()
        record("customer.subscription.deleted", subscription)
        return subscription

    def _renew(self) -> None:
        """Ends the current period: the next one is charged, or a canceled subscription ends."""
        if self.cancel_at_period_end:
            self._api_delete(self.id)
            return
        item = self.items._list[0]
        item.current_period_start, item.current_period_end = (
            item.current_period_end,
            self._next_end(item.current_period_end),
        )
        line = full_period(item, item.price, item.current_period_start, item.current_period_end)
        invoice = Invoice(self, [*self._pending, line], "subscription_cycle")
        self._pending = []
        self.latest_invoice = invoice.id
        self.status = "active" if invoice._pay() else "past_due"
        record("customer.subscription.updated", self)
        invoice._record_events()

    def _paid_late(self) -> None:
        """Reacts to the late payment of an invoice."""
        if self.status in ("incomplete", "past_due"):
            self.status = "active"
            record("customer.subscription.updated", self)

    def _next_end(self, start: int) -> int:
        return _period_end(start, self.items._list[0].price)

    @classmethod
    def _api_list_all(cls, url: str, customer: str = "", status: str = "", **paging: Any) -> Any:
        listed = super()._api_list_all(url, **paging)
        listed._list = [
            one
            for one in listed._list
            if customer in ("", one.customer)
            and (status in ("all", one.status) or (not status and one.status != "canceled"))
        ]
        return listed


def _period_end(start: int, price: Any) -> int:
    step = relativedelta(**{f"{price.recurring['interval']}s": price.recurring["interval_count"]})
    return int((datetime.fromtimestamp(start, UTC) + step).timestamp())


resources.Subscription = Subscription  # customers list theirs through this name
