"""A parser of log events into lines for reading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pkgops.logs.json_line import LEVELS, json_line
from pkgops.logs.line import LogLine, clean, summary
from pkgops.ports.logs import LogEvent

_PLATFORM = ("START RequestId: ", "END RequestId: ", "INIT_START ", "XRAY TraceId: ", "EXTENSION\tName: ")
_WHOLE = re.compile(  # of the platform's own lines; what only begins like one is the function's
    r"START RequestId: [\w-]+ Version: [\w$]+|END RequestId: [\w-]+"
    r"|INIT_START Runtime Version: [\w:.]+\tRuntime Version ARN: [\w:.-]+"
    r"|XRAY TraceId: [\w-]+(?:\tSegmentId: \w+)?(?:\tSampled: \w+)?"
    r"|EXTENSION\tName: [\w. -]+\tState: \w+\tEvents: ?\[[\w, ]*\](?:\tError Type: [\w.]+)?"
)
_REPORT = "REPORT RequestId: "
_TRACEBACK = "Traceback (most recent call last):"
_CHAINED = (_TRACEBACK, "During handling of the above", "The above exception was")
_INDENT = " \t\n"  # "" too: an empty line
_SINGLE = ("{", *_PLATFORM, _REPORT)  # a message of one event
_STARTS = ("[", *_SINGLE)  # the first event of a message
_MAX_GAP = 100  # ms between two lines of one traceback
_TEXT = re.compile(r"\[(?P<level>[A-Z]+)\]\s+(?:\d{4}-\S+Z\s+(?P<request>[0-9a-f-]{36})\s+)?(?P<text>.*)", re.DOTALL)


def parse(name: str, events: Iterable[LogEvent], *, raw: bool = False) -> list[LogLine]:
    """The lines of one function's events, which are in time order.

    The platform's lines about an invocation become one REPORT line. With ``raw`` every event is a line,
    verbatim."""
    if raw:
        return [LogLine(event.time, name, "", event.message.rstrip("\n"), event.message) for event in events]
    lines = []
    for time, message in _joined(events):
        line = _line(time, name, message)
        if line is not None:
            lines.append(line)
    return lines


def _joined(events: Iterable[LogEvent]) -> Iterator[tuple[int, str]]:
    """Events with the parts of each traceback joined: (time, message)."""
    first: LogEvent | None = None
    last: LogEvent | None = None
    parts: list[str] = []
    for event in events:
        if first is not None and last is not None and _continues(parts, last, event):
            parts.append(event.message)
        else:
            if first is not None:
                yield first.time, "\n".join(parts)
            first, parts = event, [event.message]
        last = event
    if first is not None:
        yield first.time, "\n".join(parts)


def _continues(parts: Sequence[str], last: LogEvent, event: LogEvent) -> bool:
    """Whether ``event`` continues ``parts``: an indented line, or the next part of a traceback."""
    message = event.message
    if message.startswith(_STARTS) or parts[0].startswith(_SINGLE):
        return False
    if event.stream != last.stream or event.time - last.time > _MAX_GAP:
        return False
    if message[:1] in _INDENT:
        return True
    if message.startswith(_CHAINED):
        return parts[0].startswith("[") or _TRACEBACK in parts
    return _TRACEBACK in parts and (last.message[:1] in _INDENT or last.message.startswith(_CHAINED))


def _line(time: int, name: str, message: str) -> LogLine | None:
    start = message[:1]
    if start == "{":
        return json_line(time, name, message)
    if message.startswith(_PLATFORM) and _WHOLE.fullmatch(message.strip()):
        return None
    if message.startswith(_REPORT) and (report := _report(time, name, message)):
        return report
    text = clean(message)
    if start == "[" and (found := _TEXT.match(text)):
        level = LEVELS.get(found["level"], found["level"])
        return LogLine(time, name, level, found["text"], message, request_id=found["request"] or "")
    broken = _TRACEBACK in text or "Task timed out after" in text
    return LogLine(time, name, "ERROR" if broken else "", text, message)


def _report(time: int, name: str, message: str) -> LogLine | None:
    """None for what only begins like a report."""
    parts = dict(part.split(": ", 1) for part in message.rstrip().split("\t") if ": " in part)
    if not parts.keys() >= {"Duration", "Billed Duration", "Memory Size", "Max Memory Used"}:
        return None
    return summary(time, name, message, parts, parts.get("REPORT RequestId", ""))
