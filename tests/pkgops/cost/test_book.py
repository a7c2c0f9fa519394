"""Prices: tiers, how they are shown, and the book that comes with the tool."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgops.cost.book import Price, amount, book_for, from_data, shipped, to_data

D = Decimal
TIERED = Price("k", "K", "request", ((D(100), D("0.5")), (D(300), D("0.2")), (None, D("0.1"))))


@pytest.mark.parametrize(
    ("quantity", "cost"),
    [(0, "0"), (1, "0.5"), (100, "50"), (101, "50.2"), (300, "90"), (301, "90.1"), (1000, "160"), ("0.5", "0.25")],
)
def test_each_tier_has_its_own_price(quantity, cost):
    assert TIERED.cost(D(quantity)) == D(cost)


def test_beyond_the_last_limit_its_price_holds():
    assert Price("k", "K", "x", ((D(10), D(1)), (D(20), D(2)))).cost(D(25)) == D(40)


def test_less_than_nothing_is_an_error():
    with pytest.raises(ValueError, match="less than nothing"):
        TIERED.cost(D(-1))


amounts = st.decimals(0, 10**9, places=3)


@given(amounts, amounts)
def test_more_never_costs_less_and_never_more_than_the_first_price(some, more):
    for price in (TIERED, *shipped()):
        assert price.cost(some) <= price.cost(some + more)
        assert price.cost(some + more) <= price.cost(some) + price.cost(more)
        assert price.cost(some) <= some * price.tiers[0][1]


@pytest.mark.parametrize(
    ("price", "unit", "shown"),
    [
        ("0.0000002", "request", "0.20 per 1M requests"),
        ("0.000005", "request", "0.005 per 1,000 requests"),
        ("0.000001", "request", "1.00 per 1M requests"),
        ("0.0001", "mail", "0.10 per 1,000 mails"),
        ("0.10", "metric of an alarm", "0.10 per metric of an alarm"),
        ("0.0000166667", "GB-second", "0.0166667 per 1,000 GB-seconds"),
        ("0.00000000001", "x", "0.00001 per 1M xs"),
        ("3", "dashboard", "3.00 per dashboard"),
    ],
)
def test_a_unit_price_is_never_shown_as_nothing(price, unit, shown):
    assert Price("k", "K", unit, ((None, D(price)),)).shown == shown


@pytest.mark.parametrize(
    ("value", "text"),
    [("0", "0.00"), ("1234.5", "1,234.50"), ("0.045", "0.045"), ("0.2", "0.20"), ("0.0001", "0.0001")],
)
def test_amounts(value, text):
    assert amount(D(value)) == text


def test_the_shipped_book_says_what_it_is():
    book = shipped()
    assert book.unverified
    assert (book.region, book.currency) == ("us-east-1", "USD")
    assert len(book.prices) > 60
    for price in book:
        assert not price.verified
        assert all(price.query), price.key
        limits = [limit for limit, _ in price.tiers]
        assert limits[-1] is None
        assert limits[:-1] == sorted(limits[:-1])
        assert all(each > 0 for _, each in price.tiers)
        assert [each for _, each in price.tiers] == sorted((each for _, each in price.tiers), reverse=True)


def test_a_book_survives_its_file(tmp_path):
    assert from_data(to_data(shipped())) == shipped()
    assert book_for(tmp_path, "eu-central-1") == shipped()
