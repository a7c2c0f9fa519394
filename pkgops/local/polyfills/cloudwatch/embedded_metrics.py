"""Metrics in log lines of the embedded metric format are metrics: of functions, and of PutLogEvents."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_MARK = '"_aws"'
_MOST_VALUES = 100  # of one metric in a line


@dataclass(frozen=True, slots=True)
class Datum:
    """Values of a metric; ``time`` is in seconds since 1970."""

    namespace: str
    name: str
    dimensions: dict[str, str]
    time: float
    unit: str
    values: list[float]


def install(_: Types) -> None:
    """Reads the lines of every stream as they are appended to it."""
    from ministack.services import cloudwatch, cloudwatch_logs

    require(cloudwatch, "_store_datum", "_evaluate_all_alarms")
    wrap(cloudwatch_logs, "_append_log_events", _read)


def _read(original: Any) -> Any:
    def append(stream: Any, events: list[dict[str, Any]]) -> None:
        original(stream, events)
        found = [datum for event in events if _MARK in event["message"] for datum in data(event["message"])]
        if found:
            _store(found)

    return append


def data(line: str) -> Iterator[Datum]:
    """The metrics in a line, one for each of its sets of dimensions. CloudWatch passes over whatever is not of the
    format, and so does this."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return
    about = record.get("_aws") if isinstance(record, dict) else None
    if not isinstance(about, dict):
        return
    at = about["Timestamp"] / 1000 if _is_number(about.get("Timestamp")) else time.time()
    for directive in _objects(about.get("CloudWatchMetrics")):
        for dimensions in _dimensions(record, directive.get("Dimensions", [[]])):
            for metric in _objects(directive.get("Metrics")):
                values = _values(record.get(str(metric.get("Name"))))
                if values:
                    namespace, unit = str(directive.get("Namespace", "")), str(metric.get("Unit", "None"))
                    yield Datum(namespace, str(metric["Name"]), dimensions, at, unit, values)


def _dimensions(record: Mapping[str, Any], sets: Any) -> Iterator[dict[str, str]]:
    for names in sets if isinstance(sets, list) else ():
        if isinstance(names, list) and all(isinstance(record.get(str(name)), str) for name in names):
            yield {str(name): record[str(name)] for name in names}


def _store(found: list[Datum]) -> None:
    from ministack.services import cloudwatch

    for one in found:
        about = one.namespace, one.name, one.dimensions, one.time, one.unit
        cloudwatch._store_datum(*about, None, one.values, None, None)
    cloudwatch._evaluate_all_alarms()


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())


def _values(value: Any) -> list[float]:
    listed = value if isinstance(value, list) else [value]
    return [float(one) for one in listed[:_MOST_VALUES] if _is_number(one)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
