"""Tables and JSON documents for stdout."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pkgops.cli.output.terminal import json_escaped, one_line, plain, style

GAP = "  "


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], width: int | None = None) -> str:
    """Aligned columns under a header. Without a ``width`` nothing is cut or wrapped, so that values can be piped. In a
    terminal of that many characters long values are shortened, except for the last column's, which move to a line of
    their own; where that is not enough, or below 60 characters, each row becomes a record."""
    cells = [[*columns], *([_cell(value) for value in row] for row in rows)]
    if len(cells) == 1:
        return ""
    widths = [max(len(plain(row[index])) for row in cells) for index in range(len(columns))]
    if width is not None and sum(widths) + len(GAP) * (len(widths) - 1) > width:
        from pkgops.cli.output.narrow_table import narrow_table

        return narrow_table(cells, widths, width)
    lines = [_line(row, widths) for row in cells]
    lines[0] = style(lines[0], bold=True)
    return "\n".join(lines)


def format_time(time: str) -> str:
    """An ISO-8601 UTC time to the second, as tables show it: 2026-05-01T09:30:00Z."""
    return time[:19] + "Z" if time else ""


def to_builtins(value: Any) -> Any:
    """Dataclasses, paths, tuples and sets as JSON types."""
    import msgspec

    return msgspec.to_builtins(value, enc_hook=_encode)


def document(value: Any) -> str:
    """One JSON document."""
    return json_escaped(json.dumps(to_builtins(value), indent=2, ensure_ascii=False))


def _encode(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple, set, frozenset)):
        return one_line(", ".join(map(str, value))) or "-"
    return one_line(str(value).replace("\r\n", " ").replace("\n", " "))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (width - len(plain(cell))) for cell, width in zip(row, widths, strict=True)]
    return GAP.join(padded).rstrip()
