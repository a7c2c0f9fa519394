"""A book from the price list: what it has is taken over, what it has not stays unverified."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pkgops.cost.book import book_for, shipped
from pkgops.cost.refresh import keep, refreshed
from pkgops.errors import BuildError
from pkgops.ports.pricing import Offer
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.pricing import FakePricing

D = Decimal


def offer(*tiers: tuple[int | None, str]) -> Offer:
    return Offer("x", tuple((None if limit is None else D(limit), D(price)) for limit, price in tiers))


LISTS = {
    "EUC1-Request": (offer((None, "0.00000021")),),
    "EUC1-TimedStorage-ByteHrs": (offer((25, "0"), (None, "0.306")),),
    "EUC1-NatGateway-Hours": (offer((None, "0.052")), offer((None, "0.06"))),
    "EUC1-DashboardsUsageHour": (offer((None, "0.004")),),
    "EUC1-WebACLV2": (offer((None, "0")),),
    "US-Requests-Tier2-HTTPS": (offer((None, "0.00000105")),),
}


def test_prices_of_the_region(tmp_path):
    ports = FakePorts(pricing=FakePricing(LISTS))
    book = refreshed(shipped(), ports, "eu-central-1", "2026-12-01")
    assert (book.region, book.as_of, book.unverified) == ("eu-central-1", "2026-12-01", False)
    assert book.prices["lambda.requests"].tiers == ((None, D("0.00000021")),)
    assert book.prices["dynamodb.storage"].tiers == ((None, D("0.306")),), "the free tier is no tier"
    assert book.prices["cloudfront.requests"].verified
    known = shipped().prices
    for key, why in {
        "nat.hours": "two prices",
        "cloudwatch.dashboard": "another unit",
        "waf.acl": "nothing",
        "waf.rule": "not in the list",
    }.items():
        assert (book.prices[key].tiers, book.prices[key].verified) == (known[key].tiers, False), why
    assert ("AmazonCloudFront", "US-Requests-Tier2-HTTPS", "us-east-1") in ports.pricing.asked


def test_it_is_kept_for_its_region(tmp_path):
    book = refreshed(shipped(), FakePorts(pricing=FakePricing(LISTS)), "eu-central-1", "2026-12-01")
    keep(book, tmp_path)
    assert book_for(tmp_path, "eu-central-1") == book
    assert book_for(tmp_path, "us-east-1") == shipped()


def test_all_of_them_verified():
    class Same(FakePricing):
        def offers(self, service, usage_type, region):
            found = [price for price in shipped() if price.query == (service, usage_type)]
            return (Offer("x", found[0].tiers),)

    book = refreshed(shipped(), FakePorts(pricing=Same()), "us-east-1", "2026-12-01")
    assert sum(not price.verified for price in book) <= 2, "DataProcessing-Bytes is two prices here"


def test_a_directory_that_cannot_be_written(tmp_path):
    (tmp_path / "prices").write_text("a file")
    with pytest.raises(BuildError, match="cannot be written"):
        keep(shipped(), tmp_path)
