# SPDX-License-Identifier: GPL-3.0-or-later
"""Prices, and the items they are parts of."""

from __future__ import annotations

from typing import Any

from companions.pkgwatch.stripe.objects import Product, Resource, boolean, error, integer, lookup, required

_INTERVALS = ("day", "week", "month", "year")


class Price(Resource):
    """A recurring price of a product, per unit."""

    object = "price"
    _id_prefix = "price_"
    _fields = ("currency", "unit_amount", "product", "product_data", "recurring", "nickname", "lookup_key", "metadata")
    _changeable = ("active", "nickname", "lookup_key", "metadata")

    def __init__(self, id: str | None = None, **given: Any) -> None:
        amount = integer(given.get("unit_amount"), "unit_amount")
        currency = required(given, "currency")
        recurring = required(given, "recurring", dict)
        if recurring.get("interval") not in _INTERVALS:
            raise error(400, f"Invalid interval: must be one of {', '.join(_INTERVALS)}", param="recurring[interval]")
        product = _product(given)
        super().__init__(id)
        self.active = True
        self.billing_scheme = "per_unit"
        self.currency = currency.lower()
        self.lookup_key = given.get("lookup_key")
        self.metadata = given.get("metadata") or {}
        self.nickname = given.get("nickname")
        self.product = product
        self.recurring = {
            "interval": recurring["interval"],
            "interval_count": integer(recurring.get("interval_count", 1), "recurring[interval_count]"),
            "usage_type": "licensed",
        }
        self.tax_behavior = "unspecified"
        self.type = "recurring"
        self.unit_amount = amount
        self.unit_amount_decimal = str(amount)

    @classmethod
    def _api_update(cls, id: str, **given: Any) -> Any:
        if "active" in given:
            given["active"] = boolean(given["active"])
        return super()._api_update(id, **given)


def priced(given: dict[str, Any], name: str) -> tuple[Price, int]:
    """Price and quantity of the one item that a parameter holds."""
    items = required(given, name, list)
    if len(items) != 1:
        raise error(400, "Subscriptions have one item here.", param=name)
    price: Price = lookup("price", items[0].get("price"), f"{name}[0][price]")
    return price, integer(items[0].get("quantity", 1), f"{name}[0][quantity]")


def monthly(id: str, name: str, cents: int) -> Price:
    """A price as a system declares it."""
    recurring = {"interval": "month"}
    return Price(id, currency="usd", unit_amount=cents, product_data={"name": name}, recurring=recurring)


def _product(given: dict[str, Any]) -> str:
    if "product" in given:
        return str(Product._api_retrieve(given["product"]).id)
    return str(Product(name=required(required(given, "product_data", dict), "name")).id)
