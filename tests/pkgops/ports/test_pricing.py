"""The contract of the `Pricing` port, for the fake and for a scripted price list: the emulator has none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from pkgops.aws.connection.client import Clients
from pkgops.aws.pricing import PriceList
from pkgops.errors import AccessError, PkgopsError
from pkgops.model import Stage
from pkgops.ports.pricing import Offer, Pricing
from tests.pkgops.fakes.pricing import FakePricing
from tests.pkgops.fakes.scripted import scripted

REQUESTS = Offer("Requests", ((Decimal(300_000_000), Decimal("0.0000010")), (None, Decimal("0.0000009"))))


def product(*rows: tuple[str, str, str], currency: str = "USD") -> str:
    """One product as the price list answers it: JSON in JSON."""
    dimensions = {
        f"SKU.{number}": {"unit": "Requests", "beginRange": begin, "endRange": end, "pricePerUnit": {currency: price}}
        for number, (begin, end, price) in enumerate(rows)
    }
    return json.dumps({"terms": {"OnDemand": {"SKU.1": {"priceDimensions": dimensions}}}})


TIERS = (("300000000", "Inf", "0.0000009000"), ("0", "300000000", "0.0000010000"))
LISTS = {
    "ApiGatewayHttpRequest": [product(*TIERS), product(*TIERS)],
    "Yuan": [product(("0", "Inf", "7"), currency="CNY")],
    "Broken": ["{"],
    "Odd": [json.dumps({"terms": {"OnDemand": {"x": {}}}})],
    "Absent": [],
}


def answer(operation: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    assert operation == "GetProducts"
    filters = {row["Field"]: row["Value"] for row in asked["Filters"]}
    assert filters["regionCode"] == "eu-central-1"
    if asked["ServiceCode"] == "Nothing":
        return 400, {"__type": "InvalidParameterException", "message": "unknown"}
    return 200, {"FormatVersion": "aws_v1", "PriceList": LISTS[filters["usagetype"]]}


@pytest.fixture
def listed() -> Iterator[PriceList]:
    with scripted(answer) as endpoint:
        yield PriceList(Clients(Stage("local"), endpoint))


@pytest.fixture(params=["fake", "real"])
def pricing(request: pytest.FixtureRequest) -> Pricing:
    if request.param == "fake":
        return FakePricing({"ApiGatewayHttpRequest": (REQUESTS,)})
    found: Pricing = request.getfixturevalue("listed")
    return found


def test_tiers_in_order_and_equal_offers_once(pricing):
    assert pricing.offers("AmazonApiGateway", "ApiGatewayHttpRequest", "eu-central-1") == (REQUESTS,)


def test_what_is_not_listed(pricing):
    assert pricing.offers("AmazonApiGateway", "Absent", "eu-central-1") == ()


def test_another_currency_is_no_offer(listed):
    assert listed.offers("AmazonApiGateway", "Yuan", "eu-central-1") == ()


@pytest.mark.parametrize("usage_type", ["Broken", "Odd"])
def test_an_answer_that_cannot_be_read(listed, usage_type):
    with pytest.raises(AccessError, match="cannot be read"):
        listed.offers("AmazonApiGateway", usage_type, "eu-central-1")


def test_a_refusal_is_told(listed):
    with pytest.raises(PkgopsError, match="InvalidParameterException"):
        listed.offers("Nothing", "Absent", "eu-central-1")
