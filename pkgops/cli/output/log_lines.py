"""Log lines on stdout, in columns or as JSON.

Ten thousand of them must not cost more than fetching them: nothing here is computed twice for the same second or
the same function, and only the caller flushes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pkgops.cli.output.console import Console
    from pkgops.logs.parser import LogLine

COLORS = ("cyan", "magenta", "blue", "green", "bright_cyan", "bright_magenta", "bright_blue", "bright_green")
LEVELS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red", "DEBUG": "bright_black", "REPORT": "bright_black"}
OMITTED = ("request_id",)  # long, and part of --output json
Write = Callable[["LogLine"], None]


def line_writer(console: Console, names: Sequence[str], *, raw: bool) -> Write:
    """A function that writes one line to stdout: as JSON, or in columns with a color per function."""
    console.close_display()
    if console.mode.json:
        return _json_writer(raw=raw)
    names = list(dict.fromkeys(names))
    width = max(map(len, names), default=0)
    padded = {name: f"{name:<{width}}" for name in names}
    if console.colored:
        padded = {
            name: click.style(text, fg=COLORS[index % len(COLORS)]) for index, (name, text) in enumerate(padded.items())
        }
    return _column_writer(padded, color=console.colored, raw=raw)


def _json_writer(*, raw: bool) -> Write:
    import msgspec

    from pkgops.logs.time_range import format_time

    encode = msgspec.json.encode

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
        sys.stdout.write(encode(values).decode() + "\n")

    return write


def _column_writer(names: Mapping[str, str], *, color: bool, raw: bool) -> Write:
    clock = _Clock()

    def write(line: LogLine) -> None:
        text = line.raw.rstrip("\n") if raw else line_text(line, color=color)
        head = f"{clock(line.time)} {names.get(line.name, line.name)} "
        sys.stdout.write(f"{head}{text}\n")

    return write


def line_text(line: LogLine, *, color: bool) -> str:
    """Level, text and fields of a line, without time and name."""
    text = line.text.replace("\n", "\n    ") if "\n" in line.text else line.text
    level = "" if line.level == "REPORT" else line.level
    extra = "".join(f" {key}={_value(value)}" for key, value in line.fields.items() if key not in OMITTED)
    whole = f"{level:<7} {text}{extra}" if level else f"{text}{extra}"
    return click.style(whole, fg=LEVELS[line.level]) if color and line.level in LEVELS else whole


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value if value and not any(map(str.isspace, value)) else repr(value)
    if isinstance(value, (dict, list)):
        import json

        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


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
