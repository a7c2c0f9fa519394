"""Which events belong to the invocation of a request?

An environment of a function, and so a log stream, has one invocation at a time: what it writes between two START lines
belongs together, with the id or without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgops.ports.logs import LogEvent

_INIT = "INIT_START "
_START = "START RequestId: "
_INIT_TYPE, _START_TYPE = '"type":"platform.initStart"', '"type":"platform.start"'


def of_request(events: Iterable[LogEvent], request: str) -> Iterator[LogEvent]:
    """The events of every invocation one of whose lines has the id ``request``; a stream's events are in order.

    It is Lambda's id, which its own lines have, or the gateway's where the function logs it. A cold start belongs to
    the invocation that waited for it."""
    open_invocations: dict[str, _Invocation] = {}
    for event in events:
        current = open_invocations.get(event.stream)
        if current is None or current.ends_before(event):
            current = open_invocations[event.stream] = _Invocation()
        current.add(event)
        if current.matched or request in event.message:
            yield from current.taken()


class _Invocation:
    """What a stream has written since an invocation, or its cold start, began."""

    def __init__(self) -> None:
        self.matched = False
        self._events: list[LogEvent] = []
        self._started = False

    def ends_before(self, event: LogEvent) -> bool:
        """Whether the event begins the next one."""
        return _is_init(event.message) or (self._started and _is_start(event.message))

    def add(self, event: LogEvent) -> None:
        """Keeps the event until it is known whether it is wanted."""
        self._started = self._started or _is_start(event.message)
        self._events.append(event)

    def taken(self) -> list[LogEvent]:
        """The events that were kept; those that follow are wanted too."""
        self.matched = True
        events, self._events = self._events, []
        return events


def _is_init(message: str) -> bool:
    return message.startswith(_INIT) or _has_type(message, _INIT_TYPE)


def _is_start(message: str) -> bool:
    return message.startswith(_START) or _has_type(message, _START_TYPE)


def _has_type(message: str, kind: str) -> bool:
    """Of the platform's lines in JSON, which begin with time and type."""
    return message.startswith('{"time"') and kind in message[:100].replace(" ", "")
