"""FilterLogEvents in pages: at most 10,000 events and a megabyte, and a token for what follows.

The emulator's own ends after 10,000 events without a word, and takes patterns it does not know as one that matches
everything.
"""

from __future__ import annotations

import base64
import heapq
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from pkgops.local.hooks.filter_pattern import matcher
from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_MOST = 10_000  # events of a page
_LARGEST = 1024 * 1024  # bytes of a page's messages
_INVALID = "InvalidParameterException"


class _Place(NamedTuple):
    """The event behind which a page begins."""

    timestamp: int
    ingested: int
    event: str


class _RefusedError(Exception):
    """The request is refused: the error's code and its text."""


def install(_: Types) -> None:
    """Replaces the action, and what tells whether a pattern matches."""
    from ministack.services import cloudwatch_logs as logs

    require(logs, "_log_groups", "_log_events_lock", "_event_timestamp", "_resolve_log_group_name")
    require(logs, "json_response", "error_response_json")
    wrap(logs, "_compile_filter_pattern", lambda _: matcher)
    wrap(logs, "_filter_log_events", lambda _: _answer)
    wrap(logs, "_subscription_pattern_matches", _subscribed)


def _subscribed(original: Any) -> Any:
    def matches(pattern: str, message: str) -> bool:
        try:
            return matcher(pattern or "")(message)
        except ValueError:
            return bool(original(pattern, message))

    return matches


def event_id(timestamp: int) -> str:
    """An id of AWS's form: 56 digits that begin with the time."""
    return f"{timestamp:017d}{uuid4().int:039d}"


def _answer(data: dict[str, Any]) -> Any:
    from ministack.services import cloudwatch_logs as logs

    try:
        return logs.json_response(_page(data))
    except _RefusedError as refused:
        code, text = refused.args
        return logs.error_response_json(code, text, 400)


def _page(data: dict[str, Any]) -> dict[str, Any]:
    limit = int(data.get("limit") or _MOST)
    if not 1 <= limit <= _MOST:
        raise _RefusedError(_INVALID, f"Value '{limit}' at 'limit' has to be between 1 and {_MOST}")
    try:
        match = matcher(data.get("filterPattern") or "")
    except ValueError as error:
        raise _RefusedError(_INVALID, f"Invalid filter pattern: {error}") from None
    events: list[dict[str, Any]] = []
    size, place = 0, None
    for name, event in _following(data, _place(data.get("nextToken"))):
        if not match(event["message"]):
            continue
        size += len(event["message"].encode(errors="replace"))
        if len(events) == limit or (events and size > _LARGEST):
            return {"events": events, "searchedLogStreams": [], "nextToken": _token(place)}
        events.append({**event, "logStreamName": name})
        place = _Place(event["timestamp"], event["ingestionTime"], event["eventId"])
    return {"events": events, "searchedLogStreams": []}


def _following(data: dict[str, Any], place: _Place | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of all streams that stand behind the place, by time."""
    merged = heapq.merge(*_ranges(data, place), key=lambda row: _moment(row[1]))
    if place is None:
        yield from merged
        return
    held: list[tuple[str, dict[str, Any]]] = []
    for row in merged:  # those of the same moment keep their order from page to page
        if _moment(row[1]) > place[:2]:
            yield from _behind(held, place)
            yield row
            yield from merged
            return
        held.append(row)
    yield from _behind(held, place)


def _behind(rows: list[tuple[str, dict[str, Any]]], place: _Place) -> list[tuple[str, dict[str, Any]]]:
    at = next((number for number, (_, event) in enumerate(rows) if event["eventId"] == place.event), None)
    return [] if at is None else rows[at + 1 :]


def _moment(event: dict[str, Any]) -> tuple[int, int]:
    return event["timestamp"], event["ingestionTime"]


def _ranges(data: dict[str, Any], place: _Place | None) -> list[Iterator[tuple[str, dict[str, Any]]]]:
    from ministack.services import cloudwatch_logs as logs

    start, end = data.get("startTime"), data.get("endTime")
    if place is not None:
        start = max(place.timestamp, start or 0)
    ranges = []
    with logs._log_events_lock:
        for name, stream in _streams(data):
            history = stream["events"]
            first = 0 if start is None else bisect_left(history, start, key=logs._event_timestamp)
            last = len(history) if end is None else bisect_right(history, end, key=logs._event_timestamp)
            ranges.append(_rows(name, history[first:last]))
    return ranges


def _rows(name: str, events: Sequence[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events, looked at one by one: a page needs few of what is left of a long history. They get an id if they have
    none: those of functions' lines have none."""
    from ministack.services import cloudwatch_logs as logs

    for event in events:
        if "eventId" not in event or "ingestionTime" not in event:
            with logs._log_events_lock:
                event.setdefault("ingestionTime", event["timestamp"])
                event.setdefault("eventId", event_id(event["timestamp"]))
        yield name, event


def _streams(data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    from ministack.services import cloudwatch_logs as logs

    group = logs._resolve_log_group_name(data)
    if group not in logs._log_groups:
        raise _RefusedError("ResourceNotFoundException", f"The specified log group does not exist: {group}")
    streams = logs._log_groups[group]["streams"]
    names, prefix = data.get("logStreamNames"), data.get("logStreamNamePrefix")
    if names and prefix:
        raise _RefusedError(_INVALID, "logStreamNamePrefix and logStreamNames are exclusive parameters.")
    if names:
        return [(name, streams[name]) for name in names if name in streams]
    return [(name, stream) for name, stream in streams.items() if name.startswith(prefix or "")]


def _token(place: _Place | None) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _place(token: str | None) -> _Place | None:
    if not token:
        return None
    try:
        timestamp, ingested, event = json.loads(base64.urlsafe_b64decode(token.encode()))
        return _Place(int(timestamp), int(ingested), str(event))
    except (ValueError, TypeError):
        raise _RefusedError(_INVALID, "The specified nextToken is invalid.") from None
