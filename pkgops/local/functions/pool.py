"""The pool of functions' processes: which invocation gets one, which waits, and how many stand at once.

AWS Lambda starts an environment for each concurrent invocation; a laptop cannot. Here an invocation gets an idle
process of its function, or a new one where there is room, or waits its turn: first come, first served. When there is no
room, the process that has been idle longest makes it. Only a few start at a time, so that in a burst the first ones
that are warm serve most of it.

An invocation that another one waits for is nested. It never waits: what would have to finish first waits for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Workers = MutableMapping[str, list[Any]]
# What a process is made of: with another value it would be another process.
_PARTS = ("Environment", "Handler", "Layers", "LoggingConfig", "MemorySize", "Role", "Runtime", "Timeout")


@dataclass(slots=True)
class Wanted:
    """A process of function ``key`` with this configuration and code; ``make()`` is a new one, not started yet.
    ``inspected`` is what somebody who looks into it wants (`pkgops.local.inspection`); a debugger attaches to one
    process."""

    key: str
    config: Mapping[str, Any]
    code: bytes
    make: Callable[[], Any]
    nested: bool = False
    inspected: Any = None
    worker: Any = None
    ready: threading.Event = field(default_factory=threading.Event)

    def fits(self, worker: Any) -> bool:
        """False for a worker of what the function was before an update."""
        same = worker.code_zip is self.code and getattr(worker, "parts", None) == parts(self.config)
        return same and getattr(worker, "inspected", None) == self.inspected

    def alone(self, workers: list[Any]) -> bool:
        """False while another process has the debugger's port."""
        return not debugged(self) or not any(one.in_use and debugged(one) for one in workers)


def debugged(one: Any) -> bool:
    """Whether a debugger attaches to that process."""
    return bool(getattr(getattr(one, "inspected", None), "port", 0))


def parts(config: Mapping[str, Any]) -> tuple[Any, ...]:
    """What two configurations have to share for their invocations to share a process."""
    return tuple(config.get(name) for name in _PARTS)


class Pool:
    """At most ``size`` processes (more only for nested invocations), ``starts`` of them starting at a time.

    ``workers`` is the emulator's own register, by function, guarded by its ``lock``; ``end`` ends processes that are
    no longer in it."""

    def __init__(
        self, size: int, starts: int, workers: Workers, lock: threading.Lock, end: Callable[[list[Any]], None]
    ) -> None:
        self._size, self._starts = size, starts
        self._workers, self._lock, self._end = workers, lock, end
        self._waiting: list[Wanted] = []
        self._starting: set[int] = set()

    def lease(self, wanted: Wanted, seconds: float | None) -> Any:
        """A worker for one invocation, which `release` gives back; None if there is none within ``seconds`` (None:
        waits as long as it takes)."""
        with self._lock:
            if idle := self._idle(wanted):
                return self._take(idle)
            self._waiting.append(wanted)
            surplus = self._serve()
        self._end(surplus)
        if not wanted.ready.wait(seconds):
            with self._lock:
                if wanted.worker is None:
                    self._waiting.remove(wanted)
        return wanted.worker

    def started(self, worker: Any) -> None:
        """The worker's process has initialized, or failed to: another one may start."""
        with self._lock:
            self._starting.discard(id(worker))
            surplus = self._serve()
        self._end(surplus)

    def release(self, worker: Any) -> None:
        """The invocation has ended."""
        with self._lock:
            self._starting.discard(id(worker))
            worker.in_use = False
            surplus = self._serve()
        self._end(surplus)

    def refresh(self) -> None:
        """Workers were removed from the register by other means."""
        with self._lock:
            surplus = self._serve()
        self._end(surplus)

    def _serve(self) -> list[Any]:
        """Serves whoever can be served, the longest waiting first; the workers that have to end for it."""
        surplus: list[Any] = []
        for wanted in list(self._waiting):
            worker = self._idle(wanted) or self._new(wanted, surplus)
            if worker is not None:
                self._waiting.remove(wanted)
                wanted.worker = self._take(worker)
                wanted.ready.set()
        while self._standing() > self._size and (idle := self._longest_idle()):  # nested invocations needed more
            surplus.append(self._remove(idle))
        return surplus

    def _take(self, worker: Any) -> Any:
        worker.in_use, worker.last_used = True, time.time()
        return worker

    def _idle(self, wanted: Wanted) -> Any:
        for worker in self._workers.get(wanted.key, ()):
            if not worker.in_use and wanted.fits(worker):
                return worker
        return None

    def _new(self, wanted: Wanted, surplus: list[Any]) -> Any:
        if not wanted.nested and len(self._starting) >= self._starts:
            return None
        if not wanted.alone(self._workers.get(wanted.key, [])):
            return None
        if self._standing() >= self._size:
            if idle := self._longest_idle():
                surplus.append(self._remove(idle))
            elif not wanted.nested:
                return None
        stale = [worker for worker in self._workers.get(wanted.key, ()) if not (worker.in_use or wanted.fits(worker))]
        surplus += [self._remove(worker) for worker in stale]
        worker = wanted.make()
        worker.parts, worker.inspected = parts(wanted.config), wanted.inspected
        if hasattr(worker, "on_started"):  # others do not tell when they have started
            worker.on_started = self.started
            self._starting.add(id(worker))
        self._workers.setdefault(wanted.key, []).append(worker)
        return worker

    def _standing(self) -> int:
        return sum(len(workers) for workers in self._workers.values())

    def _longest_idle(self) -> Any:
        everyone = [worker for workers in self._workers.values() for worker in workers]
        idle = [worker for worker in everyone if not worker.in_use and not debugged(worker)]
        return min(idle, key=lambda worker: worker.last_used, default=None)

    def _remove(self, worker: Any) -> Any:
        for key, workers in list(self._workers.items()):
            if worker in workers:
                workers.remove(worker)
                if not workers:
                    del self._workers[key]
        return worker
