"""How does progress look where nobody watches: in a log file, in CI, to a program?

Three displays take the library's events: `Lines` (no terminal), `JsonLines` (``--output json``), and
`pkgops.cli.output.live.Live` (a terminal). All write to stderr and may be called from several threads.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Protocol, TextIO

import click

from pkgops.cli.output.errors import Manner
from pkgops.events import Event, Finished, Note, Progress, ResourceChanged, StackChanged, Started

QUIET = 10.0  # seconds between two lines about the same long thing
SLOW = 1.0  # what took longer is worth a line when it ends
IDLE = ("UNCHANGED", "SKIPPED", "NOT_DEPLOYED", "")  # statuses of stacks nothing happens with
Clock = Callable[[], float]


class Display(Protocol):
    """Takes events until it is closed."""

    def emit(self, event: Event) -> None:
        """Shows one event."""

    def close(self) -> None:
        """Leaves the last state on the screen and stops."""


def open_display(manner: Manner, stream: TextIO) -> Display:
    """The display for this run: JSON if asked for, live on a terminal, else plain lines."""
    if manner.json:
        return JsonLines(stream)
    if manner.color is not False and stream.isatty() and os.environ.get("TERM") != "dumb":
        from pkgops.cli.output.live import Live

        return Live(stream, Lines(stream, manner, color=colored(manner, stream)))
    return Lines(stream, manner, color=colored(manner, stream))


def colored(manner: Manner, stream: TextIO) -> bool:
    """Whether to colour what goes to ``stream``: as asked, else on a terminal unless NO_COLOR is set."""
    if manner.color is not None:
        return manner.color
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class JsonLines:
    """One JSON object an event: ``{"event": "StackChanged", "stack": ...}``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def emit(self, event: Event) -> None:
        """Writes the event."""
        values: dict[str, Any] = {field.name: getattr(event, field.name) for field in fields(event)}
        with self._lock:
            self._stream.write(json.dumps({"event": type(event).__name__, **values}) + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Nothing is left open."""


class Lines:
    """A line for what is worth one: what begins, what failed, where a long thing stands every ten seconds."""

    def __init__(self, stream: TextIO, manner: Manner, *, color: bool = False, clock: Clock = time.monotonic) -> None:
        self._stream = stream
        self._verbose = manner.debug
        self._color = color
        self._clock = clock
        self._began: dict[str, float] = {}
        self._told: dict[str, float] = {}
        self._failures: set[str] = set()
        self._lock = threading.Lock()

    def emit(self, event: Event) -> None:
        """Writes the event's line, if it has one."""
        with self._lock:
            self.write(self._line(event))

    def write(self, line: str) -> None:
        """Writes a line, unless it is empty, with its colours where they are wanted."""
        if line:
            self._stream.write((line if self._color else click.unstyle(line)) + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Nothing is left open."""

    def _line(self, event: Event) -> str:
        match event:
            case Note():
                return note(event)
            case Started(what):
                self._began[what] = self._clock()
                return f"{what} ..."
            case Finished(what, detail):
                return finished(what, detail, self._clock() - self._began.pop(what, self._clock()))
            case Progress(what, done, total):
                return f"{what}: {amount(done, total)}" if self._due(what) else ""
            case StackChanged():
                self._told.setdefault(event.stack, self._clock())
                return stack(event)
            case ResourceChanged():
                return self._resource(event)
        return ""

    def _resource(self, event: ResourceChanged) -> str:
        if self._verbose:
            return resource(event)
        if failed(event.status):
            line = resource(event)
            new = line not in self._failures  # a cause is told when it happens and again when the stack has ended
            self._failures.add(line)
            return line if new else ""
        if event.total and self._due(event.stack):
            return f"{event.stack}: {amount(event.done, event.total)} resources"
        return ""

    def _due(self, what: str) -> bool:
        now = self._clock()
        if now - self._told.setdefault(what, self._began.get(what, now)) < QUIET:
            return False
        self._told[what] = now
        return True


def failed(status: str) -> bool:
    """Whether a CloudFormation status tells of something that did not work."""
    return status.endswith("FAILED") or "ROLLBACK" in status or status == "REFUSED"


def tint(status: str) -> str:
    """The colour of a status: red for failures, yellow while it lasts, dim where nothing happened."""
    if failed(status):
        return "red"
    if status.endswith("_IN_PROGRESS"):
        return "yellow"
    return "bright_black" if status in IDLE else "green"


def note(event: Note) -> str:
    """A sentence of the library."""
    return click.style("Warning: ", fg="yellow") + event.text if event.level == "warning" else event.text


def finished(what: str, detail: str, seconds: float) -> str:
    """What is said when something ends: nothing if it was quick and has nothing to tell."""
    took = f"{seconds:.1f} s" if seconds >= SLOW else ""
    rest = ", ".join(part for part in (detail, took) if part)
    return f"{what}: {rest}" if rest else ""


def stack(event: StackChanged) -> str:
    """A stack's new status."""
    parts = [event.stack, click.style(event.status, fg=tint(event.status))]
    if event.seconds:
        parts.append(f"{event.seconds:.1f} s")
    return "  ".join(parts) + (f"\n  {event.reason}" if event.reason else "")


def resource(event: ResourceChanged) -> str:
    """A resource's new status."""
    status = click.style(event.status, fg=tint(event.status))
    line = f"{event.stack}  {event.logical_id} ({event.type})  {status}"
    return line + (f"\n  {event.reason}" if event.reason else "")


def amount(done: int, total: int) -> str:
    """``12 of 40``, or ``12`` where the total is unknown. The emulator also counts what has not changed."""
    return f"{min(done, total)} of {total}" if total else str(done)
