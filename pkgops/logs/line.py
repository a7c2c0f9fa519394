"""One line of a function's log, as it is read and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class LogLine:
    """One message of a function; made of several events where a traceback was split into lines.

    ``time`` is epoch ms, ``name`` the function's short name, ``level`` DEBUG, INFO, WARNING, ERROR, CRITICAL,
    REPORT (the invocation's duration and memory), METRIC, another word or "". ``text`` is for reading: it may have
    several lines. ``fields`` are the extra keys of a JSON line, ``raw`` is verbatim what the function wrote. All of it
    may hold control characters: the command line shows them escaped."""

    time: int
    name: str
    level: str
    text: str
    raw: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""


def summary(time: int, name: str, message: str, parts: Mapping[str, str], request: str) -> LogLine:
    """A report's line from the ``parts`` of Lambda's text: ``12 ms, 64 of 512 MB, cold start 210 ms``."""
    used = parts.get("Max Memory Used", "?").removesuffix(" MB")
    text = f"{_rounded(parts.get('Duration', '?'))}, {used} of {parts.get('Memory Size', '?')}"
    started = parts.get("Init Duration") or parts.get("Restore Duration")  # the latter from a snapshot
    if started:
        text += f", cold start {_rounded(started)}"
    if "Status" in parts:
        text += f", {parts['Status']}"
    return LogLine(time, name, "ERROR" if "Status" in parts else "REPORT", text, message, request_id=request)


def clean(text: str) -> str:
    """Text with line feeds for all line ends, without those at its end, and with the spaces that Lambda replaces by
    no-break spaces to indent its own tracebacks."""
    if text.isprintable() and "\xa0" not in text:
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").replace("\xa0", " ")


def _rounded(duration: str) -> str:
    number = duration.removesuffix(" ms")
    try:
        value = float(number)
    except ValueError:
        return duration
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
