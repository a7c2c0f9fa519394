"""When did a deployment do what? The events of stacks as spans of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from pkgops.ports.stacks import StackEvent

_STACK = "AWS::CloudFormation::Stack"
_BEGINNINGS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS")
_PAUSE = 120.0  # seconds between two stacks of one deployment, in which nothing is changed


@dataclass(frozen=True, slots=True)
class Span:
    """What happened to a resource, or to a stack as a whole: ``resource`` is its logical id, "" for the stack. Times
    are epoch seconds. ``status`` is the last one, which says whether it ``failed``; ``open`` while it goes on."""

    stack: str
    resource: str
    type: str
    start: float
    end: float
    status: str
    reason: str = ""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end - self.start

    @property
    def failed(self) -> bool:
        """Whether it did not end well."""
        return self.status.endswith("FAILED") or "ROLLBACK" in self.status

    @property
    def open(self) -> bool:
        """Whether it had not ended when it was looked at."""
        return self.status.endswith("IN_PROGRESS")


def last_deployment(events: Iterable[StackEvent]) -> list[Span]:
    """The spans of the last deployment: the last operation of every stack that took part in it, in the order they
    began, each followed by its resources. Operations belong together if no more than two minutes lie between them."""
    stacks = [_spans(name, list(rows)) for name, rows in groupby(sorted(events, key=_place), lambda event: event.stack)]
    latest = sorted((spans for spans in stacks if spans), key=lambda spans: spans[0].start)
    chosen: list[list[Span]] = []
    for spans in reversed(latest):
        began = min((one[0].start for one in chosen), default=spans[0].end)
        if spans[0].end >= began - _PAUSE:
            chosen.append(spans)
    return [span for spans in reversed(chosen) for span in spans]


def _place(event: StackEvent) -> tuple[str, str]:
    return event.stack, event.time


def _spans(stack: str, events: Sequence[StackEvent]) -> list[Span]:
    """The last operation of one stack, whose events are in order: the stack itself, then its resources."""
    begins = [at for at, event in enumerate(events) if _is_stack(event) and event.status in _BEGINNINGS]
    if not begins:
        return []
    operation = events[begins[-1] :]
    own = [event for event in operation if _is_stack(event)]
    last = max(_seconds(event.time) for event in operation)
    status, reason = (
        own[-1].status,
        next((event.reason for event in own if event.reason and "FAILED" in event.status), ""),
    )
    whole = Span(stack, "", _STACK, _seconds(own[0].time), last, status, reason)
    spans: list[Span] = []
    running: dict[str, Span] = {}
    for event in operation:
        if _is_stack(event):
            continue
        if event.status.endswith("IN_PROGRESS"):
            started = Span(stack, event.logical_id, event.type, _seconds(event.time), last, event.status)
            running.setdefault(event.logical_id, started)
        elif event.logical_id in running:
            begun = running.pop(event.logical_id)
            spans.append(replace(begun, end=_seconds(event.time), status=event.status, reason=event.reason))
    return [whole, *sorted([*spans, *running.values()], key=lambda span: (span.start, span.resource))]


def _is_stack(event: StackEvent) -> bool:
    return event.type == _STACK and event.logical_id == event.stack


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()
