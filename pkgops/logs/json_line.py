"""What does a log line say that is a JSON object?

The common formats are known: Powertools', Lambda's own, embedded metrics. A line that only resembles one of them is
shown as it is: what a function prints may come from strangers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.logs.foreign_json import decode, encode
from pkgops.logs.line import LogLine, clean, summary

LEVELS = {"WARN": "WARNING", "FATAL": "CRITICAL", "TRACE": "DEBUG"}
_CONTEXT = frozenset(  # in every JSON line: shown in a column of its own, or known from the log group
    (
        *("level", "message", "msg", "timestamp", "location", "service", "logger", "sampling_rate", "cold_start"),
        *("function_name", "function_memory_size", "function_arn", "function_request_id", "xray_trace_id"),
        *("requestId", "AWSRequestId", "errorType", "errorMessage"),
        *("exception", "exception_name", "stack_trace", "stackTrace"),
    )
)
_PLATFORM_KEYS = {"time", "type", "record"}
_PLATFORM_TYPES = {
    f"platform.{name}"
    for name in (
        *("initStart", "initRuntimeDone", "initReport", "start", "runtimeDone", "end", "report", "fault"),
        *("extension", "logsDropped", "logsSubscription", "telemetrySubscription", "restoreStart"),
        *("restoreRuntimeDone", "restoreReport"),
    )
}


def json_line(time: int, name: str, message: str) -> LogLine | None:
    """The line of a message that begins as a JSON object; None for what the platform writes about an invocation,
    except its report."""
    try:
        record = decode(message)
    except ValueError:
        return LogLine(time, name, "", clean(message), message)
    if metrics := dict(_metrics(record)):
        return LogLine(time, name, "METRIC", "Metrics", message, metrics)
    if _of_platform(record):
        return _report(time, name, message, record["record"]) if record["type"] == "platform.report" else None
    level = str(record.get("level") or record.get("log_level") or "").upper()
    return LogLine(
        time,
        name,
        LEVELS.get(level, level),
        _text(record),
        message,
        {key: clean(value) if type(value) is str else value for key, value in record.items() if key not in _CONTEXT},
        str(record.get("function_request_id") or record.get("requestId") or record.get("request_id") or ""),
    )


def _of_platform(record: Mapping[str, Any]) -> bool:
    if set(record) != _PLATFORM_KEYS or not isinstance(record["record"], dict):
        return False
    return isinstance(record["type"], str) and record["type"] in _PLATFORM_TYPES


def _text(record: Mapping[str, Any]) -> str:
    content = record.get("message", record.get("msg", record.get("errorMessage", "")))
    text = content if isinstance(content, str) else encode(content)
    trace = record.get("exception") or record.get("stack_trace") or record.get("stackTrace")
    if isinstance(trace, str):
        text += "\n" + trace
    elif isinstance(trace, dict):  # Powertools' serialized stack: the exception without its frames
        text += f"\n{trace.get('type', '')}: {trace.get('value', '')}"
    elif isinstance(trace, list):  # Lambda's own JSON format: a list of lines
        text += "\n" + "\n".join(str(entry).rstrip("\n") for entry in trace)
    return clean(text)


def _metrics(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names and values of an embedded metric; nothing if the record is none."""
    about = record.get("_aws")
    groups = about.get("CloudWatchMetrics") if isinstance(about, dict) else None
    for group in groups if isinstance(groups, list) else ():
        declared = group.get("Metrics") if isinstance(group, dict) else None
        for metric in declared if isinstance(declared, list) else ():
            name = metric.get("Name") if isinstance(metric, dict) else None
            if isinstance(name, str) and name in record:
                yield name, record[name]


def _report(time: int, name: str, message: str, content: Mapping[str, Any]) -> LogLine:
    found = content.get("metrics")
    metrics = found if isinstance(found, dict) else {}
    parts = {
        "Duration": f"{metrics.get('durationMs', 0)} ms",
        "Memory Size": f"{metrics.get('memorySizeMB', '?')} MB",
        "Max Memory Used": f"{metrics.get('maxMemoryUsedMB', '?')} MB",
    }
    for key, part in (("initDurationMs", "Init Duration"), ("restoreDurationMs", "Restore Duration")):
        if key in metrics:
            parts[part] = f"{metrics[key]} ms"
    if content.get("status", "success") != "success":
        parts["Status"] = str(content["status"])
    return summary(time, name, message, parts, str(content.get("requestId", "")))
