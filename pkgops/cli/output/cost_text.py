"""The text of an estimate, and of what a change costs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pkgops.cli.output.table import table
from pkgops.cli.output.terminal import fitted, one_line, plain
from pkgops.wording import counted

if TYPE_CHECKING:
    from pkgops.cost.book import PriceBook
    from pkgops.cost.difference import Difference, Move
    from pkgops.cost.estimate import Estimate, Row
    from pkgops.cost.usage import Usage
    from pkgops.declarations import UsageProfile

_COLUMNS = ("Stack", "Item", "Of", "Units a month", "Unit price", "Fixed", "By use", "Assumed")
_NARROW = ("Stack", "Item", "Units a month", "Fixed", "By use")
_LEFT_OUT = "Unit prices and assumptions: widen the terminal, or add --output json"
_MOVED = ("Stack", "Resource", "Item", "Before", "After", "Because of")
_OPEN = "not assumed"


def estimate_text(name: str, found: Estimate, width: int | None, profiles: Sequence[UsageProfile] = ()) -> str:
    """A table of all rows, the totals, the system's other profiles, and what is not in the totals."""
    rows, left_out = _rows(found, width)
    others = [_documented_range(one) for one in profiles if one.name != found.usage.name]
    more = [f"Other profiles (--usage): {', '.join(others)}"] if others else []
    lines = [*_totals(found), *more, *_asides(found), book_line(found.book), *left_out]
    return "\n".join([name, rows, "", *(fitted(line, width) for line in lines)])


def _rows(found: Estimate, width: int | None) -> tuple[str, list[str]]:
    """The table, and a line about its columns: amounts stay one beside the other where there is no room for all."""
    cells = [_cells(row) for row in found.rows]
    full = table(_COLUMNS, cells)
    if width is None or max(len(plain(line)) for line in full.split("\n")) <= width:
        return full, []
    kept = [_COLUMNS.index(name) for name in _NARROW]
    return table(_NARROW, [[row[index] for index in kept] for row in cells], width), [_LEFT_OUT]


def estimate_data(found: Estimate) -> dict[str, Any]:
    """The estimate as JSON data; amounts are texts, because they are exact."""
    return {
        "currency": found.book.currency,
        "fixed": _exact(found.fixed),
        "usage": _exact(found.used),
        "profile": found.usage.name,
        "documented": [str(found.usage.low), str(found.usage.high)] if found.usage.high else None,
        "open": found.open,
        "rows": [_row_data(row) for row in found.rows],
        "not_priced": dict(found.not_priced),
        "notes": found.notes,
        "free_tier": [
            {"item": one.price.key, "units": str(one.units), "saved": _exact(one.saved)} for one in found.allowances
        ],
        "prices": {"as_of": found.book.as_of, "region": found.book.region, "unverified": found.book.unverified},
    }


def difference_text(name: str, found: Difference, width: int | None, limit: int = 15) -> str:
    """The largest moves and both totals."""
    shown = [_moved(move, found) for move in found.moves[:limit]]
    more = [f"and {counted(len(found.moves) - limit, 'smaller change')}"] if len(found.moves) > limit else []
    rows = [table(_MOVED, shown, width)] if shown else []
    lines = [fitted(line, width) for line in (*more, change_line(found), book_line(found.after.book))]
    return "\n".join([name, *rows, *lines])


def difference_data(found: Difference) -> dict[str, Any]:
    """The difference as JSON data."""
    moves = [
        {
            "stack": move.stack,
            "resource": move.resource,
            "item": move.price,
            "fixed": move.fixed,
            "before": _exact(move.before),
            "after": _exact(move.after),
            "cause": move.cause,
        }
        for move in found.moves
    ]
    return {
        "fixed": _exact(found.fixed),
        "usage": _exact(found.used),
        "profile": found.after.usage.name,
        "moves": moves,
    }


def change_line(found: Difference) -> str:
    """One line for a plan: "Monthly cost: +33.00 USD fixed, +1.20 USD by use (low)"."""
    if not found.moves:
        return "Monthly cost: unchanged"
    currency = found.after.book.currency
    by_use = [f"{_signed(found.used)} {currency} by use ({found.after.usage.name})"] if found.after.usage.name else []
    unknown = sum(move.after is None and move.before is None for move in found.moves)
    rest = [f"{counted(unknown, 'item')} depend on use"] if unknown else []
    return "Monthly cost: " + ", ".join([f"{_signed(found.fixed)} {currency} fixed", *by_use, *rest])


def book_line(book: PriceBook) -> str:
    """Where the prices are from, and whether they were checked."""
    unverified = sum(not price.verified for price in book)
    if book.unverified:
        return f"Prices of {book.region} as of {book.as_of}, not verified. Read AWS's price list: pkgops cost --refresh"
    rest = f"; {counted(unverified, 'price')} of {len(list(book))} not found there" if unverified else ""
    return f"Prices of {book.region} as of {book.as_of}, from AWS's price list{rest}."


def _totals(found: Estimate) -> list[str]:
    currency, total = found.book.currency, found.fixed + found.used
    by_use = f" + {found.used:,.2f} by use ({one_line(found.usage.name)})" if found.usage.name else ""
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
    return [f"Documented for {one_line(usage.name)}: {usage.low} to {usage.high} {currency} a month; this is {where}."]


def _documented_range(profile: UsageProfile) -> str:
    return one_line(f"{profile.name} ({profile.low} to {profile.high})" if profile.high else profile.name)


def _asides(found: Estimate) -> list[str]:
    lines = [f"Note: {one_line(note)}" for note in found.notes]
    for one in found.allowances:
        what = f"{_number(one.units)} {one.price.unit} of {one.price.name}"
        lines.append(f"Free tier: {what}, {one.saved:,.2f} {found.book.currency}")
    if found.not_priced:
        types = ", ".join(f"{one_line(type)} ({count})" for type, count in found.not_priced.items())
        lines.append(f"Not priced: {counted(sum(found.not_priced.values()), 'resource')}: {types}")
    return lines


def _cells(row: Row) -> tuple[Any, ...]:
    amount = "" if row.amount is None else _money(row.amount)
    open_ = _OPEN if row.missing else "no price"
    name, price = (row.price.name, row.price.shown) if row.price else (row.key, "not in the price book")
    fixed, used = (amount or open_, "") if row.fixed else ("", amount or open_)
    quantity = "" if row.quantity is None else _number(row.quantity)
    assumed = ", ".join([*(f"{name} {_number(value)}" for name, value in row.assumed), *row.missing])
    return row.stack, name, len(row.charges), quantity, price, fixed, used, assumed


def _row_data(row: Row) -> dict[str, Any]:
    return {
        "stack": row.stack,
        "item": row.key,
        "resources": [charge.item.resource for charge in row.charges],
        "fixed": row.fixed,
        "quantity": _exact(row.quantity),
        "unit": row.price.unit if row.price else None,
        "unit_price": str(row.price.tiers[0][1]) if row.price else None,
        "amount": _exact(row.amount),
        "assumed": {name: str(value) for name, value in row.assumed},
        "missing": row.missing,
    }


def _moved(move: Move, found: Difference) -> Sequence[str]:
    price = found.after.book.prices.get(move.price)
    ends = ["" if amount is None else f"{amount:,.2f}" for amount in (move.before, move.after)]
    known = ends if any(ends) else ["", price.shown if price else "no price"]
    return move.stack, move.resource, price.name if price else move.price, *known, move.cause


def _money(value: Decimal) -> str:
    """Two digits behind the point; what is less than that is not shown as nothing."""
    return f"{value:,.2f}" if value == 0 or value >= Decimal("0.01") else "under 0.01"


def _number(value: Decimal) -> str:
    value = value.quantize(Decimal("0.000001"))
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}" if value >= 1 else f"{value:.3g}"


def _signed(value: Decimal) -> str:
    return f"{value:+,.2f}"


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else format(value.quantize(Decimal("0.000001")).normalize(), "f")
