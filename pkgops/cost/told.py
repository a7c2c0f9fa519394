"""What is said about an estimate, on a terminal and on a page alike: totals, what they rest on, what they leave out.

Names of profiles and types come from a project's files: whoever shows the sentences makes them harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from pkgops.wording import counted

if TYPE_CHECKING:
    from pkgops.cost.book import PriceBook
    from pkgops.cost.estimate import Estimate
    from pkgops.cost.usage import Usage
    from pkgops.declarations import UsageProfile


def sentences(found: Estimate, profiles: Sequence[UsageProfile] = ()) -> list[str]:
    """The totals, the system's other profiles, notes, what has no price, and where the prices are from."""
    others = [_documented_range(one) for one in profiles if one.name != found.usage.name]
    more = [f"Other profiles (--usage): {', '.join(others)}"] if others else []
    return [*_totals(found), *more, *_asides(found), book_line(found.book)]


def book_line(book: PriceBook) -> str:
    """Where the prices are from, and whether they were checked."""
    unverified = sum(not price.verified for price in book)
    if book.unverified:
        return f"Prices of {book.region} as of {book.as_of}, not verified. Read AWS's price list: pkgops cost --refresh"
    rest = f"; {counted(unverified, 'price')} of {len(list(book))} not found there" if unverified else ""
    return f"Prices of {book.region} as of {book.as_of}, from AWS's price list{rest}."


def _totals(found: Estimate) -> list[str]:
    currency, total = found.book.currency, found.fixed + found.used
    by_use = f" + {found.used:,.2f} by use ({found.usage.name})" if found.usage.name else ""
    least = "at least " if found.open else ""
    lines = [f"{found.fixed:,.2f} {currency} fixed{by_use} = {least}{total:,.2f} {currency} a month"]
    lines += _documented(found.usage, total, currency)
    if found.open:
        lines.append(f"{counted(found.open, 'item')} not in it: their use is not assumed, or their price not known.")
    if measures := sorted({measure for row in found.rows for measure in row.missing}):
        lines.append(f"Not assumed: {', '.join(measures)}. Give a file that says how much: pkgops cost --usage FILE")
    return lines


def _documented(usage: Usage, total: Decimal, currency: str) -> list[str]:
    if not usage.high:
        return []
    where = "below it" if total < usage.low else "above it" if total > usage.high else "within it"
    return [f"Documented for {usage.name}: {usage.low} to {usage.high} {currency} a month; this is {where}."]


def _documented_range(profile: UsageProfile) -> str:
    return f"{profile.name} ({profile.low} to {profile.high})" if profile.high else profile.name


def _asides(found: Estimate) -> list[str]:
    lines = [f"Note: {note}" for note in found.notes]
    for one in found.allowances:
        what = f"{number(one.units)} {one.price.unit} of {one.price.name}"
        lines.append(f"Free tier: {what}, {one.saved:,.2f} {found.book.currency}")
    if found.not_priced:
        types = ", ".join(f"{type} ({count})" for type, count in found.not_priced.items())
        lines.append(f"Not priced: {counted(sum(found.not_priced.values()), 'resource')}: {types}")
    return lines


def money(value: Decimal) -> str:
    """Two digits behind the point; what is less than that is not shown as nothing."""
    return f"{value:,.2f}" if value == 0 or value >= Decimal("0.01") else "under 0.01"


def number(value: Decimal) -> str:
    """With separators of thousands, and as many digits as say something."""
    value = value.quantize(Decimal("0.000001"))
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}" if value >= 1 else f"{value:.3g}"
