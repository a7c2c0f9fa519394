"""The backfill: log lines that exist already, of several groups, merged by time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from heapq import merge
from itertools import islice
from operator import attrgetter
from queue import Empty, Queue
from typing import TYPE_CHECKING

from pkgops.logs.invocation import of_request
from pkgops.logs.line import LogLine
from pkgops.logs.parser import parse

if TYPE_CHECKING:
    from pkgops.logs.query import Query
    from pkgops.ports.logs import LogEvent, Logs

_CHUNK = 1000  # events read and handed on together
_AHEAD = 2  # chunks a group may be ahead of what is shown: bounds memory whatever --since is
_PARALLEL = 8  # calls at once; more only fill the rate limit with retries

_TIME = attrgetter("time")


def backfill(
    names: Mapping[str, str],
    logs: Logs,
    query: Query,
    on_events: Callable[[Iterable[LogEvent]], None] = lambda _events: None,
    stop: threading.Event | None = None,
) -> Iterator[LogLine]:
    """The existing lines of the log groups ``names`` (group -> name shown).

    Every group is read by a thread of its own. ``on_events`` gets every chunk of events, from any of them. Once
    ``stop`` is set nothing more is asked for: who has left a page of many groups does not keep them busy."""
    slots = threading.Semaphore(_PARALLEL)
    ended = threading.Event()

    def chunks(group: str) -> Iterator[list[LogLine]]:
        events = logs.fetch(group, query.since, query.until)
        if query.request:
            events = _of_request(events, query.request)
        while True:
            with slots:  # which takes a while if there are many groups
                chunk = [] if ended.is_set() or (stop and stop.is_set()) else list(islice(events, _CHUNK))
            if not chunk:
                return
            on_events(chunk)
            chunk.sort(key=_TIME)
            yield query.matching(parse(names[group], chunk, raw=query.raw))

    readers = [_GroupReader(chunks(group)) for group in names]
    try:
        yield from merge(*readers, key=_TIME)
    finally:
        ended.set()
        for reader in readers:
            reader.close()


def _of_request(events: Iterator[LogEvent], request: str) -> Iterator[LogEvent]:
    """Those of one invocation in time order, read with the first of them."""
    yield from sorted(of_request(events, request), key=_TIME)


class _GroupReader:
    """Lines of one group, read ahead by a thread of its own; its errors are raised where the lines are read."""

    def __init__(self, chunks: Iterator[list[LogLine]]) -> None:
        self._queue: Queue[list[LogLine] | BaseException | None] = Queue(_AHEAD)
        self._closed = False
        self._thread = threading.Thread(target=self._run, args=(chunks,), daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[LogLine]:
        while (chunk := self._queue.get()) is not None:
            if isinstance(chunk, BaseException):
                raise chunk
            yield from chunk

    def close(self) -> None:
        """Lets the thread end: whatever it is waiting to put now has room."""
        self._closed = True
        with suppress(Empty):
            while True:
                self._queue.get_nowait()

    def _run(self, chunks: Iterator[list[LogLine]]) -> None:
        last: BaseException | None = None
        try:
            for chunk in chunks:
                self._queue.put(chunk)
                if self._closed:
                    return
        except BaseException as error:
            last = error
        self._queue.put(last)
