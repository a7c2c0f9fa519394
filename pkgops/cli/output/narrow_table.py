"""A table that is wider than its terminal: with shortened columns, or as a record for each row."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from pkgops.cli.output.terminal import plain, style

_GAP = "  "
_RECORDS_BELOW = 60  # characters of a terminal
_NARROWEST = 12  # characters of a column that is shortened
_LAST = 24  # characters kept for the last column, if it has as many
_NOTHING = "-"
_CUT = "\N{HORIZONTAL ELLIPSIS}"


def narrow_table(cells: Sequence[Sequence[str]], widths: Sequence[int], width: int) -> str:
    """``cells`` are the header and the rows, ``widths`` the columns' own. Columns without any value leave their room to
    the others."""
    told = [index for index in range(len(widths)) if index == 0 or any(row[index] != _NOTHING for row in cells[1:])]
    cells, widths = [[row[index] for index in told] for row in cells], [widths[index] for index in told]
    if sum(widths) + len(_GAP) * (len(widths) - 1) <= width:
        return "\n".join(_table(cells, widths[:-1], width))
    fitting = _fitting(widths, width)
    lines = _records(cells, width) if fitting is None else _table(cells, fitting, width)
    return "\n".join(lines)


def _fitting(widths: Sequence[int], width: int) -> list[int] | None:
    """The widths of all columns but the last, so that there is room for that; None if there is too little. The first
    column, which names a row, is never shortened."""
    if width < _RECORDS_BELOW:
        return None
    room = width - min(widths[-1], _LAST) - len(_GAP) * (len(widths) - 1)
    found = list(widths[:-1])
    while sum(found) > room:
        widest = max(range(1, len(found)), key=lambda index: found[index], default=0)
        if widest == 0 or found[widest] <= _NARROWEST:
            return None
        found[widest] -= 1
    return found


def _table(cells: Sequence[Sequence[str]], widths: Sequence[int], width: int) -> Iterator[str]:
    start = sum(widths) + len(_GAP) * len(widths)
    for number, row in enumerate(cells):
        padded = [_padded(cell, size) for cell, size in zip(row, widths, strict=False)]
        if start + len(plain(row[-1])) <= width:
            line = _GAP.join([*padded, row[-1]]).rstrip()
            yield style(line, bold=True) if number == 0 else line
        else:
            yield _GAP.join(padded).rstrip()
            yield from _wrapped(row[-1], width)


def _records(cells: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Each row as lines of column and value, with an empty line between rows."""
    head, *rows = cells
    label = max(map(len, head))
    for number, row in enumerate(rows):
        if number:
            yield ""
        for name, cell in zip(head, row, strict=True):
            if label + len(_GAP) + len(plain(cell)) <= width:
                yield f"{style(name.ljust(label), bold=True)}{_GAP}{cell}"
            else:
                yield style(name, bold=True)
                yield from _wrapped(cell, width)


def _wrapped(cell: str, width: int) -> list[str]:
    """A long value on lines of its own; words stay whole, so that it can be copied."""
    if len(plain(cell)) + len(_GAP) <= width:
        return [_GAP + cell]
    return textwrap.wrap(
        plain(cell),
        max(width, _NARROWEST),
        initial_indent=_GAP,
        subsequent_indent=_GAP,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _padded(cell: str, size: int) -> str:
    shown = plain(cell)
    return shown[: size - 1] + _CUT if len(shown) > size else cell + " " * (size - len(shown))
