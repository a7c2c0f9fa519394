"""CloudWatch Logs in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from queue import Empty, Queue

from pkgops.ports.logs import LogEvent


class FakeLogs:
    """`pkgops.ports.logs.Logs`. ``live_tail`` False is a service without it; ``deaf`` keeps events from the sessions,
    as Live Tail does when it samples; ``calls`` holds (group, start) of every fetch, ``times`` its moment
    on the monotonic clock."""

    def __init__(self, *, live_tail: bool = True) -> None:
        self.live_tail = live_tail
        self.deaf = False
        self.calls: list[tuple[str, int]] = []
        self.others: dict[str, FakeLogs] = {}  # by region
        self.denied: Exception | None = None  # the answer of the list of regions
        self.times: list[float] = []
        self.failures: list[Exception] = []
        self._groups: dict[str, list[LogEvent]] = {}
        self._sessions: list[tuple[frozenset[str], Queue[LogEvent | None]]] = []
        self._ids = count(1)
        self._lock = threading.Lock()

    def elsewhere(self) -> Mapping[str, FakeLogs]:
        if self.denied is not None:
            raise self.denied
        return self.others

    def write(self, group: str, stream: str, lines: Sequence[tuple[int, str]]) -> None:
        """Appends (time, message) lines to a stream; the group is made."""
        with self._lock:
            events = [LogEvent(group, stream, at, str(next(self._ids)), message) for at, message in lines]
            known = self._groups.setdefault(group, [])
            known.extend(events)
            known.sort(key=lambda event: event.time)
            sessions = [] if self.deaf else [queue for groups, queue in self._sessions if group in groups]
        for event in events:
            for queue in sessions:
                queue.put(LogEvent(group, stream, event.time, "", event.message))

    def fetch(self, group: str, start: int, end: int | None = None) -> Iterator[LogEvent]:
        with self._lock:
            self.calls.append((group, start))
            self.times.append(time.monotonic())
            if self.failures:
                raise self.failures.pop(0)
            found = [e for e in self._groups.get(group, []) if e.time >= start and (end is None or e.time <= end)]
        return iter(found)

    def live(self, groups: Sequence[str], sampled: Callable[[], None] | None = None) -> Iterator[LogEvent | None]:
        if not self.live_tail:
            raise NotImplementedError("Live Tail cannot be used here.")
        assert len(groups) <= 10
        queue: Queue[LogEvent | None] = Queue()
        with self._lock:
            known = frozenset(group for group in groups if group in self._groups)
            self._sessions.append((known, queue))
        while known:
            try:
                yield queue.get(timeout=0.05)
            except Empty:
                yield None
            if self.deaf and sampled:
                sampled()

    @property
    def sessions(self) -> list[frozenset[str]]:
        """The groups of each session that was opened."""
        with self._lock:
            return [groups for groups, _queue in self._sessions]
