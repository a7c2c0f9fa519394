# SPDX-License-Identifier: GPL-3.0-or-later
"""What does a customer pay for, period after period?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta
from localstripe import resources

from companions.pkgwatch.stripe.events import happened
from companions.pkgwatch.stripe.invoices import Invoice, Line, moment, prorated, regular
from companions.pkgwatch.stripe.objects import (
    List,
    Resource,
    declined,
    error,
    flag,
    found,
    known,
    now,
    required,
    whole,
)

_BEHAVIOURS = ("always_invoice", "create_prorations", "none")
_CHANGES = ("items", "proration_behavior", "proration_date", "cancel_at_period_end", "default_payment_method")


class Change(NamedTuple):
    """Another price for an item, from the moment ``at`` on."""

    item: Any
    price: Any
    behavior: str
    at: int


class SubscriptionItem(Resource):
    """The one thing a subscription is for. Its period is the subscription's."""

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
        self.current_period_end = _later(start, price)


class Subscription(Resource):
    """A subscription of one item, charged to the customer's card."""

    object = "subscription"
    _id_prefix = "sub_"
    _fields = ("customer", "items", "metadata", "default_payment_method", "payment_behavior")

    def __init__(self, **given: Any) -> None:
        customer = found("customer", required(given, "customer"), "customer")
        items = required(given, "items", list)
        if len(items) != 1:
            raise error(400, "Subscriptions have one item here.", param="items")
        price = found("price", items[0].get("price"), "items[0][price]")
        quantity = whole(items[0].get("quantity", 1), "items[0][quantity]")
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

    def _start(self, strictly: bool) -> None:
        item = self.items._list[0]
        line = regular(item, item.price, item.current_period_start, item.current_period_end)
        invoice = Invoice(self, [line], "subscription_create")
        if invoice._pay():
            self.status = "active"
        elif strictly:
            invoice._forget()
            self._forget()
            raise declined()
        self.latest_invoice = invoice.id
        happened("customer.subscription.created", self)
        invoice._announce()

    @classmethod
    def _api_update(cls, id: str, **given: Any) -> Any:
        known(given, (*_CHANGES, "metadata", "payment_behavior"))
        subscription = found("subscription", id)
        if subscription.status in ("canceled", "incomplete_expired"):
            raise error(400, "A canceled subscription can only update its metadata.", code="resource_missing")
        subscription._update(**given)
        return subscription

    def _update(self, **given: Any) -> None:
        before = self._export()
        change = self._change({name: given[name] for name in _CHANGES if name in given})
        invoice = self._apply(change, given.get("payment_behavior", "allow_incomplete")) if change else None
        if "cancel_at_period_end" in given:
            self._cancel_later(flag(given["cancel_at_period_end"]))
        self.default_payment_method = given.get("default_payment_method", self.default_payment_method)
        self.metadata |= given.get("metadata") or {}
        after = self._export()
        happened(
            "customer.subscription.updated", self, {key: before[key] for key in after if after[key] != before[key]}
        )
        if invoice:
            invoice._announce()

    def _change(self, given: dict[str, Any], inside: str = "") -> Change | None:
        """The change of price that parameters ask for."""
        known(given, _CHANGES, inside)
        behavior = given.get("proration_behavior", "create_prorations")
        if behavior not in _BEHAVIOURS:
            raise error(400, f"Invalid proration_behavior: {behavior}", param="proration_behavior")
        wanted = (given.get("items") or [{}])[0]
        if "price" not in wanted:
            return None
        item = self.items._list[0]
        if wanted.get("id") != item.id:
            raise error(400, "Subscriptions have one item here: name it by its id.", param="items[0][id]")
        price = found("price", wanted["price"], "items[0][price]")
        return Change(item, price, behavior, moment(given, inside)) if price is not item.price else None

    def _apply(self, change: Change, payment: str) -> Any:
        """Puts the new price in place; the invoice for it, if one is due now."""
        lines = [] if change.behavior == "none" else prorated(change.item, change.price, change.at)
        invoice = None
        if change.behavior == "always_invoice":
            invoice = Invoice(self, [*self._pending, *lines], "subscription_update")
            if not invoice._pay():
                if payment == "error_if_incomplete":
                    invoice._forget()
                    raise declined()
                self.status = "past_due"
            self.latest_invoice = invoice.id
            lines = self._pending = []
        self._pending = [*self._pending, *lines]
        change.item.price = change.price
        return invoice

    def _cancel_later(self, yes: bool) -> None:
        self.cancel_at_period_end = yes
        self.canceled_at = now() if yes else None
        self.cancel_at = self.items._list[0].current_period_end if yes else None

    @classmethod
    def _api_delete(cls, id: str) -> Any:
        subscription = found("subscription", id)
        if subscription.status == "canceled":
            raise error(404, f"No such subscription: '{id}'", code="resource_missing", param="id")
        subscription.status = "canceled"
        subscription.canceled_at = subscription.ended_at = now()
        happened("customer.subscription.deleted", subscription)
        return subscription

    def _renew(self) -> None:
        """Ends the current period: the next one is charged, or a cancelled subscription ends."""
        if self.cancel_at_period_end:
            self._api_delete(self.id)
            return
        item = self.items._list[0]
        item.current_period_start, item.current_period_end = (
            item.current_period_end,
            self._after(item.current_period_end),
        )
        line = regular(item, item.price, item.current_period_start, item.current_period_end)
        invoice = Invoice(self, [*self._pending, line], "subscription_cycle")
        self._pending = []
        self.latest_invoice = invoice.id
        self.status = "active" if invoice._pay() else "past_due"
        happened("customer.subscription.updated", self)
        invoice._announce()

    def _paid(self) -> None:
        """An open invoice was paid after all."""
        if self.status in ("incomplete", "past_due"):
            self.status = "active"
            happened("customer.subscription.updated", self)

    def _after(self, start: int) -> int:
        return _later(start, self.items._list[0].price)

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


def _later(start: int, price: Any) -> int:
    step = relativedelta(**{f"{price.recurring['interval']}s": price.recurring["interval_count"]})
    return int((datetime.fromtimestamp(start, UTC) + step).timestamp())


resources.Subscription = Subscription  # customers list theirs through this name
