"""What happens when a file is saved? The development loop: watch, compare, swap or deploy, and watch on.

Everything that changes a stage happens in one thread, one change after the other. What arrives meanwhile (saves, an
answer, findings of the linter) waits in a queue, where any number of saves is one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from pkgops.dev.contents import Contents
from pkgops.dev.events import Watching
from pkgops.dev.system import SystemLoop
from pkgops.dev.watch import Watch
from pkgops.events import Emit, Event

_AFTER_A_RUN = 0.5  # seconds after a run in which more saves are taken for parts of one
_PAUSE = 0.25  # seconds of quiet that end them
_LONGEST = 2.0  # seconds that they are waited for
_SIGNALS = 0.5  # seconds between two looks for signals


@dataclass(frozen=True, slots=True)
class Saved:
    """Something was written."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody has answered a `pkgops.dev.events.ConsentNeeded`."""

    yes: bool


class Loop:
    """The loop over the systems of one project on one stage. Use as a context manager: the watcher ends with it."""

    def __init__(self, root: Path, systems: Sequence[SystemLoop], emit: Emit) -> None:
        self._systems = systems
        self._emit = emit
        self._queue: SimpleQueue[Saved | Answered | Event | None] = SimpleQueue()
        self._contents = Contents(root)
        self._watch = Watch(root, lambda: self._queue.put(Saved()))
        self._ended = -_AFTER_A_RUN

    def __enter__(self) -> Loop:
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.close()
        for system in self._systems:
            system.close()

    def start(self) -> bool:
        """Deploys what differs; False if something failed."""
        for system in self._systems:
            system.deploy()
        return not any(system.failed for system in self._systems)

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Watches until `stop`, or Ctrl-C; ``ready`` is called after each change that was made, and at the start."""
        keys = tuple(system.key for system in self._systems)
        count = sum(len(system.functions) for system in self._systems)
        self._emit(Watching(keys, self._systems[0].stage, count, self._watch.polling))
        ready()
        for system in self._systems:
            system.prepare()
        self._react()  # to what was saved while the first deployment ran
        while (item := self._next()) is not None:
            match item:
                case Saved():
                    self._settle()
                    if self._react():
                        ready()
                case Answered(yes):
                    answered = [system.answer(yes) for system in self._systems]
                    if any(answered):
                        ready()
                case Event():
                    self._emit(item)

    def answer(self, yes: bool) -> None:
        """Answers what a deployment waits for, if one does; from any thread."""
        self._queue.put(Answered(yes))

    def tell(self, event: Event) -> None:
        """Reports something from another thread, between two changes."""
        self._queue.put(event)

    def stop(self) -> None:
        """Ends `run` after the change under way; from any thread."""
        self._queue.put(None)

    def _next(self) -> Saved | Answered | Event | None:
        """Waits for whatever comes next. In turns: a signal that another thread of the process gets, or that comes just
        before a wait begins, does not end it, and Ctrl-C would be heard with the next save."""
        while True:
            with suppress(Empty):
                return self._queue.get(timeout=_SIGNALS)

    def _react(self) -> bool:
        """Compares the files; whether anything was done about them."""
        changed = self._contents.changed()
        acted = [system.react(changed) for system in self._systems] if changed else []
        if any(acted):
            self._ended = time.monotonic()
        return any(acted)

    def _settle(self) -> None:
        """Waits for the end of a burst of saves, if one seems to be under way: a formatter, a checkout, a script."""
        start = time.monotonic()
        if start - self._ended > _AFTER_A_RUN:
            return
        waiting = []
        while time.monotonic() - start < _LONGEST:
            try:
                item = self._queue.get(timeout=_PAUSE)
            except Empty:
                break
            if not isinstance(item, Saved):
                waiting.append(item)
                if item is None:
                    break
        for item in waiting:
            self._queue.put(item)
