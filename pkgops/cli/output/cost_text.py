"""The text of an estimate, and of what a change costs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pkgops.cli.output.table import table
from pkgops.cli.output.terminal import fitted, one_line, plain
from pkgops.cost.told import book_line, money, number, sentences
from pkgops.wording import counted

if TYPE_CHECKING:
    from pkgops.cost.difference import Difference, Move
    from pkgops.cost.estimate import Estimate, Row
    from pkgops.declarations import UsageProfile

_COLUMNS = ("Stack", "Item", "Of", "Units a month", "Unit price", "Fixed", "By use", "Assumed")
_NARROW = ("Stack", "Item", "Units a month", "Fixed", "By use")
_LEFT_OUT = "Unit prices and assumptions: widen the terminal, or add --output json"
_MOVED = ("Stack", "Resource", "Item", "Before", "After", "Because of")
_OPEN = "not assumed"


def estimate_text(name: str, found: Estimate, width: int | None, profiles: Sequence[UsageProfile] = ()) -> str:
    """A table of all rows, the totals, the system's other profiles, and what is not in the totals."""
    rows, left_out = _rows(found, width)
    lines = [*map(one_line, sentences(found, profiles)), *left_out]
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


def _cells(row: Row) -> tuple[Any, ...]:
    amount = "" if row.amount is None else money(row.amount)
    open_ = _OPEN if row.missing else "no price"
    name, price = (row.price.name, row.price.shown) if row.price else (row.key, "not in the price book")
    fixed, used = (amount or open_, "") if row.fixed else ("", amount or open_)
    quantity = "" if row.quantity is None else number(row.quantity)
    assumed = ", ".join([*(f"{name} {number(value)}" for name, value in row.assumed), *row.missing])
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


def _signed(value: Decimal) -> str:
    return f"{value:+,.2f}"


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else format(value.quantize(Decimal("0.000001")).normalize(), "f")
