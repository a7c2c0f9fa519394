"""The CSV table of an export, one item a row.

The documented rules come from a JavaScript program: numbers and JSON look as that language prints them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

_QUOTED = re.compile('[,"\n]')
_QUOTED_FOR_SPREADSHEETS = re.compile('[,"\n\r]')  # to which a lone CR is a line end
# The first characters of formulas, and what is passed over before them; in the wide forms of East Asia, too.
_FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
KIND = "recordType"


def csv_table(rows: Iterable[tuple[str, Mapping[str, Any]]], spreadsheet: bool = False) -> str:
    """A header and a line for each (kind, item): the columns are the kind, then every attribute in the order of its
    first appearance. No rows at all give ``recordType`` and a line end. For a ``spreadsheet``, texts that it would
    take for formulas are marked as texts; otherwise everything is as it is stored."""
    text = marked if spreadsheet else str
    flat = [{KIND: kind, **flattened(item, text=text)} for kind, item in rows]
    if not flat:
        return f"{KIND}\n"
    columns = list(dict.fromkeys(name for row in flat for name in row))
    lines = [columns, *([row.get(name, "") for name in columns] for row in flat)]
    quoted = _QUOTED_FOR_SPREADSHEETS if spreadsheet else _QUOTED
    return "\n".join(",".join(cell(text, quoted) for text in line) for line in lines)


def flattened(item: Mapping[str, Any], prefix: str = "", text: Callable[[str], str] = str) -> dict[str, str]:
    """Attributes as texts; those inside a map have dotted names. ``text`` is applied to those that are texts."""
    found: dict[str, str] = {}
    for name, value in item.items():
        if isinstance(value, Mapping):
            found.update(flattened(value, f"{prefix}{name}.", text))
        else:
            found[prefix + name] = (
                text(value) if isinstance(value, str) else "" if value is None else to_javascript(value)
            )
    return found


def marked(text: str) -> str:
    """A text with an apostrophe before it if a spreadsheet would run it as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def cell(text: str, quoted: re.Pattern[str] = _QUOTED) -> str:
    """A cell, in quotes only if it needs them."""
    return '"' + text.replace('"', '""') + '"' if quoted.search(text) else text


def to_javascript(value: Any) -> str:
    """A value as JavaScript's JSON.stringify writes it."""
    if isinstance(value, list):
        return "[" + ",".join(map(to_javascript, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{to_javascript(name)}:{to_javascript(entry)}" for name, entry in value.items()) + "}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return javascript_number(value)
    return json.dumps(value, ensure_ascii=False)


def javascript_number(value: float) -> str:
    """A number as JavaScript prints it: the fewest digits that identify it, an exponent from 1e21 and below 1e-6."""
    sign, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    text, point = "".join(map(str, digits)), len(digits) + int(exponent)
    minus = "-" if sign and text != "0" else ""
    if text == "0":
        return "0"
    if len(text) <= point <= 21:
        return minus + text + "0" * (point - len(text))
    if 0 < point <= 21:
        return f"{minus}{text[:point]}.{text[point:]}"
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{text}"
    fraction = f".{text[1:]}" if len(text) > 1 else ""
    return f"{minus}{text[0]}{fraction}e{point - 1:+d}"
