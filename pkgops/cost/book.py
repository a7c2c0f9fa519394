"""What does a unit of something cost? The price book: a file with a date, and tiers of prices.

The one that comes with the tool was written without asking AWS, which it says; `pkgops.cost.refresh` makes a verified
one for a region, which is kept in the project's own files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pkgops.own_files import read_document

SHIPPED = Path(__file__).with_name("prices.json")
# For how many units a price is shown, and the least that is readable for them.
_STEPS = ((Decimal(1), Decimal("0.001")), (Decimal(1000), Decimal("0.005")), (Decimal(1_000_000), Decimal(0)))
_WORDS = {Decimal(1): "", Decimal(1000): "1,000 ", Decimal(1_000_000): "1M "}

Tier = tuple[Decimal | None, Decimal]
"""Up to how many units (None: any number), and the price of each."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price: ``tiers`` in order, ``free`` units a month that AWS gives to everybody for good. ``query`` is how the
    Price List names it (service, usage type); ``verified`` whether that has been asked."""

    key: str
    name: str
    unit: str
    tiers: tuple[Tier, ...]
    free: Decimal = Decimal(0)
    query: tuple[str, str] = ("", "")
    verified: bool = False

    def cost(self, quantity: Decimal) -> Decimal:
        """What that many units cost in a month. ValueError for a negative number."""
        if quantity < 0:
            raise ValueError(f"{quantity} {self.unit} is less than nothing")
        total, below = Decimal(0), Decimal(0)
        for limit, price in self.tiers:
            if limit is None or quantity <= limit:
                return total + (quantity - below) * price
            total += (limit - below) * price
            below = limit
        return total + (quantity - below) * self.tiers[-1][1]

    @property
    def shown(self) -> str:
        """The first tier's price, for a number of units that makes it readable: "0.20 per 1M requests"."""
        price = self.tiers[0][1]
        step = next(step for step, least in _STEPS if price * step >= least)
        plural = self.unit if step == 1 else _plural(self.unit)
        return f"{amount(price * step)} per {_WORDS[step]}{plural}"


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Prices by key. ``as_of`` is a date, ``source`` where they are from; ``unverified`` if AWS was not asked."""

    as_of: str
    region: str
    currency: str
    source: str
    unverified: bool
    prices: Mapping[str, Price] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Price]:
        return iter(self.prices.values())


def shipped() -> PriceBook:
    """The book that comes with the tool."""
    return from_data(json.loads(SHIPPED.read_text(encoding="utf-8")))


def kept_file(home: Path, region: str) -> Path:
    """Where the refreshed book of a region is, in a project's own files."""
    return home / "prices" / f"{region}.json"


def book_for(home: Path, region: str) -> PriceBook:
    """The refreshed book of a region, else the one that comes with the tool, whose region may be another."""
    kept = read_document(kept_file(home, region))
    return from_data(kept) if kept is not None else shipped()


def from_data(data: Mapping[str, Any]) -> PriceBook:
    """A book from its JSON data."""
    prices = {key: _price(key, row) for key, row in data["prices"].items()}
    return PriceBook(data["as_of"], data["region"], data["currency"], data["source"], data["unverified"], prices)


def to_data(book: PriceBook) -> dict[str, Any]:
    """The JSON data of a book."""
    rows = {price.key: _row(price) for price in book}
    return {
        "as_of": book.as_of,
        "region": book.region,
        "currency": book.currency,
        "source": book.source,
        "unverified": book.unverified,
        "prices": rows,
    }


def tiers_of(rows: Sequence[tuple[str | None, str]]) -> tuple[Tier, ...]:
    """Tiers from texts, as JSON has them."""
    return tuple((None if limit is None else Decimal(limit), Decimal(price)) for limit, price in rows)


def amount(value: Decimal) -> str:
    """An amount of money: two digits behind the point, more where they are all there is."""
    if value == 0 or abs(value) >= Decimal("0.01"):
        rounded = value.quantize(Decimal("0.01")) if value == 0 or abs(value) >= 1 else value.normalize()
        digits = format(rounded, "f")
        return f"{value:,.2f}" if len(digits.partition(".")[2]) <= 2 else digits
    return format(value.normalize(), "f")


def _price(key: str, row: Mapping[str, Any]) -> Price:
    query = row.get("query") or {}
    return Price(
        key=key,
        name=row["name"],
        unit=row["unit"],
        tiers=tiers_of(row["tiers"]),
        free=Decimal(row.get("free", "0")),
        query=(query.get("service", ""), query.get("usage_type", "")),
        verified=row.get("verified", False),
    )


def _row(price: Price) -> dict[str, Any]:
    tiers = [[None if limit is None else str(limit), str(each)] for limit, each in price.tiers]
    row: dict[str, Any] = {"name": price.name, "unit": price.unit, "tiers": tiers, "verified": price.verified}
    row["query"] = {"service": price.query[0], "usage_type": price.query[1]}
    return {**row, "free": str(price.free)} if price.free else row


def _plural(unit: str) -> str:
    head, _, tail = unit.partition(" of ")
    return f"{head}s of {tail}" if tail else f"{unit}s"
