"""A parser of log events into lines for reading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from pkgops.ports.logs import LogEvent

_PLATFORM = ("START RequestId: ", "END RequestId: ", "INIT_START ", "XRAY TraceId: ", "EXTENSION\tName: ")
_REPORT = "REPORT RequestId: "
_TRACEBACK = "Traceback (most recent call last):"
_CHAINED = (_TRACEBACK, "During handling of the above", "The above exception was")
_INDENT = " \t\n"  # "" too: an empty line
_SINGLE = ("{", *_PLATFORM, _REPORT)  # a message of one event
_STARTS = ("[", *_SINGLE)  # the first event of a message
_MAX_GAP = 100  # ms between two lines of one traceback
_TEXT = re.compile(r"\[(?P<level>[A-Z]+)\]\s+(?:\d{4}-\S+Z\s+(?P<request>[0-9a-f-]{36})\s+)?(?P<text>.*)", re.DOTALL)
_LEVELS = {"WARN": "WARNING", "FATAL": "CRITICAL", "TRACE": "DEBUG"}
_CONTEXT = frozenset(  # in every JSON line: shown in a column of its own, or known from the log group
    (
        *("level", "message", "msg", "timestamp", "location", "service", "logger", "sampling_rate", "cold_start"),
        *("function_name", "function_memory_size", "function_arn", "function_request_id", "xray_trace_id"),
        *("requestId", "AWSRequestId", "errorType", "errorMessage"),
        *("exception", "exception_name", "stack_trace", "stackTrace"),
    )
)
_UNSAFE = {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F, *range(0x80, 0xA0)) if code not in (9, 10)}
_UNSAFE |= {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_UNSAFE |= {0xA0: " "}  # Lambda indents its own tracebacks with it


@dataclass(frozen=True, slots=True)
class LogLine:
    """One message of a function; made of several events where a traceback was split into lines.

    ``time`` is epoch ms, ``name`` the function's short name, ``level`` DEBUG, INFO, WARNING, ERROR, CRITICAL,
    REPORT (the invocation's duration and memory), METRIC or "". ``text`` is for reading: it may have several
    lines and holds no control characters. ``fields`` are the extra keys of a JSON line, ``raw`` is verbatim
    what the function wrote."""

    time: int
    name: str
    level: str
    text: str
    raw: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""


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
        return _json(time, name, message)
    if message.startswith(_PLATFORM):
        return None
    if message.startswith(_REPORT):
        return _report(time, name, message)
    text = _escaped(message)
    if start == "[" and (found := _TEXT.match(text)):
        level = _LEVELS.get(found["level"], found["level"])
        return LogLine(time, name, level, found["text"], message, request_id=found["request"] or "")
    broken = _TRACEBACK in text or "Task timed out after" in text
    return LogLine(time, name, "ERROR" if broken else "", text, message)


def _json(time: int, name: str, message: str) -> LogLine | None:
    try:
        record = msgspec.json.decode(message)
    except (msgspec.DecodeError, RecursionError):
        return LogLine(time, name, "", _escaped(message), message)
    if "_aws" in record:
        return _metrics(time, name, message, record)
    if "record" in record and str(record.get("type", "")).startswith("platform."):
        return _platform(time, name, message, record)
    level = str(record.get("level") or record.get("log_level") or "").upper()
    return LogLine(
        time,
        name,
        _LEVELS.get(level, level),
        _json_text(record),
        message,
        {key: _escaped_value(value) for key, value in record.items() if key not in _CONTEXT},
        str(record.get("function_request_id") or record.get("requestId") or record.get("request_id") or ""),
    )


def _json_text(record: Mapping[str, Any]) -> str:
    content = record.get("message", record.get("msg", record.get("errorMessage", "")))
    text = content if isinstance(content, str) else msgspec.json.encode(content).decode()
    trace = record.get("exception") or record.get("stack_trace") or record.get("stackTrace")
    if isinstance(trace, str):
        text += "\n" + trace
    elif isinstance(trace, dict):  # Powertools' serialized stack: the exception without its frames
        text += f"\n{trace.get('type', '')}: {trace.get('value', '')}"
    elif isinstance(trace, list):  # Lambda's own JSON format: a list of lines
        text += "\n" + "\n".join(str(entry).rstrip("\n") for entry in trace)
    return _escaped(text)


def _metrics(time: int, name: str, message: str, record: Mapping[str, Any]) -> LogLine:
    """An embedded metric, reduced to its names and values."""
    declared = record["_aws"].get("CloudWatchMetrics", []) if isinstance(record["_aws"], dict) else []
    metrics = [metric.get("Name", "") for group in declared for metric in group.get("Metrics", [])]
    fields = {key: value for key, value in record.items() if key in metrics}
    return LogLine(time, name, "METRIC", "Metrics", message, fields)


def _platform(time: int, name: str, message: str, record: Mapping[str, Any]) -> LogLine | None:
    """Lambda's system lines in its JSON format; None but for reports."""
    if record["type"] != "platform.report":
        return None
    content = record["record"]
    metrics = content.get("metrics", {})
    parts = {
        "Duration": f"{metrics.get('durationMs', 0)} ms",
        "Memory Size": f"{metrics.get('memorySizeMB', '?')} MB",
        "Max Memory Used": f"{metrics.get('maxMemoryUsedMB', '?')} MB",
    }
    if "initDurationMs" in metrics:
        parts["Init Duration"] = f"{metrics['initDurationMs']} ms"
    if content.get("status", "success") != "success":
        parts["Status"] = content["status"]
    return _summary(time, name, message, parts, str(content.get("requestId", "")))


def _report(time: int, name: str, message: str) -> LogLine:
    parts = dict(part.split(": ", 1) for part in message.rstrip().split("\t") if ": " in part)
    return _summary(time, name, message, parts, parts.get("REPORT RequestId", ""))


def _summary(time: int, name: str, message: str, parts: Mapping[str, str], request: str) -> LogLine:
    """``12 ms, 64 of 512 MB, cold start 210 ms``."""
    used = parts.get("Max Memory Used", "?").removesuffix(" MB")
    text = f"{_rounded(parts.get('Duration', '?'))}, {used} of {parts.get('Memory Size', '?')}"
    if "Init Duration" in parts:
        text += f", cold start {_rounded(parts['Init Duration'])}"
    if "Status" in parts:
        text += f", {parts['Status']}"
    return LogLine(time, name, "ERROR" if "Status" in parts else "REPORT", text, message, request_id=request)


def _rounded(duration: str) -> str:
    number = duration.removesuffix(" ms")
    try:
        value = float(number)
    except ValueError:
        return duration
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"


def _escaped_value(value: Any) -> Any:
    return _escaped(value) if type(value) is str else value


def _escaped(text: str) -> str:
    """Without terminal control characters: logs contain input of strangers."""
    if text.isprintable():
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").translate(_UNSAFE)
