"""Log lines on stdout, in columns or as JSON.

Ten thousand of them must not cost more than fetching them: nothing here is computed twice for the same second or
the same function, and only the caller flushes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pkgops.cli.output.terminal import indented, json_escaped, one_line, style, write_line

if TYPE_CHECKING:
    from pkgops.cli.output.console import Console
    from pkgops.logs.line import LogLine
    from pkgops.logs.query import Query

COLORS = ("cyan", "magenta", "blue", "green", "bright_cyan", "bright_magenta", "bright_blue", "bright_green")
LEVELS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red", "DEBUG": "bright_black", "REPORT": "bright_black"}
OMITTED = ("request_id",)  # long, and part of --output json
SHOWN_GROUPS = 5  # of those that were searched in vain
Write = Callable[["LogLine"], None]


def line_writer(console: Console, names: Sequence[str], *, raw: bool, close: bool = True) -> Write:
    """A function that writes one line to stdout: as JSON, or in columns with a color per function. The progress
    display ends, unless ``close`` is False: then it makes room by itself."""
    if close:
        console.close_display()
    if console.mode.json:
        return _json_writer(raw=raw)
    names = list(dict.fromkeys(names))
    width = max(map(len, names), default=0)
    padded = {name: f"{name:<{width}}" for name in names}
    if console.colored:  # without marks in it, most text is shown as it is
        padded = {name: style(padded[name], COLORS[index % len(COLORS)]) for index, name in enumerate(names)}
    return _column_writer(padded, color=console.colored, raw=raw)


def nothing_found(query: Query, groups: Sequence[str]) -> str:
    """What was looked for in vain, and where."""
    from pkgops.logs.time_range import format_time

    which = (f" of request {one_line(query.request)}" if query.request else "") + (
        f" with {one_line(query.text)}" if query.text else ""
    )
    end = "now" if query.until is None else format_time(query.until)
    listed = list(dict.fromkeys(groups))
    where = ", ".join(listed[:SHOWN_GROUPS])
    more = f" and {len(listed) - SHOWN_GROUPS} more" if len(listed) > SHOWN_GROUPS else ""
    return (
        f"No log lines{which} from {format_time(query.since)} to {end} in {where}{more}.\n"
        "Logs may arrive a few seconds late; --since looks further back."
    )


def _json_writer(*, raw: bool) -> Write:
    from pkgops.logs.time_range import format_time

    def write(line: LogLine) -> None:
        values: dict[str, Any] = {
            "time": format_time(line.time),
            "name": line.name,
            "level": line.level,
            "text": line.text,
            "fields": line.fields,
            "request_id": line.request_id,
        }
        if raw:
            values["raw"] = line.raw
        write_line(sys.stdout, _json(values), color=False, flush=False)

    return write


def _column_writer(names: Mapping[str, str], *, color: bool, raw: bool) -> Write:
    clock = _Clock()

    def write(line: LogLine) -> None:
        text = indented(line.raw, 4) if raw else line_text(line)
        head = f"{clock(line.time)} {names.get(line.name, line.name)} "
        write_line(sys.stdout, head + text, color=color, flush=False)

    return write


def line_text(line: LogLine) -> str:
    """Level, text and fields of a line, without time and name."""
    text = indented(line.text, 4)
    level = "" if line.level == "REPORT" else one_line(line.level)
    extra = "".join(f" {one_line(key)}={_value(value)}" for key, value in line.fields.items() if key not in OMITTED)
    whole = f"{level:<7} {text}{extra}" if level else f"{text}{extra}"
    return style(whole, LEVELS.get(line.level, ""))


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value if value and not any(map(str.isspace, value)) else repr(value)
    return _json(value) if isinstance(value, (dict, list)) else str(value)


def _json(value: Any) -> str:
    from pkgops.logs.foreign_json import encode

    return json_escaped(encode(value))


class _Clock:
    """Local time of day with milliseconds; the part before them is made once a second."""

    def __init__(self) -> None:
        self._second = -1
        self._text = ""

    def __call__(self, milliseconds: int) -> str:
        second, rest = divmod(milliseconds, 1000)
        if second != self._second:
            self._second = second
            self._text = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second))
        return f"{self._text}.{rest:03d}"
