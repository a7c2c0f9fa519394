"""The events by which the library reports its progress.

The library never prints. It emits these events to the callable it was given; ``cli/output/`` turns them into
a live display, plain lines (no terminal) or JSON lines (``--output json``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events."""


@dataclass(frozen=True, slots=True)
class Note(Event):
    """A sentence for the user; ``level`` is info or warning."""

    text: str
    level: str = "info"


@dataclass(frozen=True, slots=True)
class Started(Event):
    """A task that may take over a second has started; ``what`` is shown until `Finished` with the same text."""

    what: str


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """The progress of ``what``: ``done`` of ``total`` (0: unknown)."""

    what: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Finished(Event):
    """The task of `Started` has ended."""

    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StackChanged(Event):
    """A stack has reached ``status`` (a CloudFormation status, or ``UNCHANGED``, ``SKIPPED``)."""

    stack: str
    status: str
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ResourceChanged(Event):
    """A resource has reached ``status``; ``done`` of ``total`` resources of its stack are finished."""

    stack: str
    logical_id: str
    type: str
    status: str
    reason: str = ""
    done: int = 0
    total: int = 0


Emit = Callable[[Event], None]


def silent(_event: Event) -> None:
    """An `Emit` that discards the event."""
