"""Progress as plain lines on stderr, for log files and CI."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TextIO

from pkgops.cli.output.event_text import count_text, finished_text, is_failure, note_text, resource_text, stack_text
from pkgops.cli.output.mode import OutputMode
from pkgops.cli.output.terminal import one_line, write_line
from pkgops.events import Event, Finished, Note, Progress, ResourceChanged, StackChanged, Started

INTERVAL = 10.0  # seconds between two lines about the same task or stack
Clock = Callable[[], float]


class PlainDisplay:
    """A line for each start, end and failure, and every `INTERVAL` for a long task. Thread-safe."""

    def __init__(self, stream: TextIO, mode: OutputMode, *, color: bool = False, clock: Clock = time.monotonic) -> None:
        self._stream = stream
        self._verbose = mode.debug
        self._color = color
        self._clock = clock
        self._started: dict[str, float] = {}
        self._last_line: dict[str, float] = {}
        self._failures: set[str] = set()
        self._lock = threading.Lock()

    def emit(self, event: Event) -> None:
        """Writes the event's line, if it has one."""
        with self._lock:
            self.write(self._line(event))

    def write(self, line: str) -> None:
        """Writes a line unless it is empty, with its colors if colors are on."""
        if line:
            write_line(self._stream, line, color=self._color)

    def close(self) -> None:
        """Does nothing: every line is written when its event arrives."""

    def _line(self, event: Event) -> str:
        match event:
            case Note():
                return note_text(event)
            case Started(what):
                self._started[what] = self._clock()
                return f"{one_line(what)} ..."
            case Finished(what, detail):
                return finished_text(what, detail, self._clock() - self._started.pop(what, self._clock()))
            case Progress(what, done, total):
                return f"{one_line(what)}: {count_text(done, total)}" if self._due(what) else ""
            case StackChanged():
                self._last_line.setdefault(event.stack, self._clock())
                return stack_text(event)
            case ResourceChanged():
                return self._resource(event)
        return ""

    def _resource(self, event: ResourceChanged) -> str:
        if self._verbose:
            return resource_text(event)
        if is_failure(event.status):
            line = resource_text(event)
            new = line not in self._failures  # the root cause is emitted again when its stack has ended
            self._failures.add(line)
            return line if new else ""
        if event.total and self._due(event.stack):
            return f"{one_line(event.stack)}: {count_text(event.done, event.total)} resources"
        return ""

    def _due(self, what: str) -> bool:
        now = self._clock()
        if now - self._last_line.setdefault(what, self._started.get(what, now)) < INTERVAL:
            return False
        self._last_line[what] = now
        return True
