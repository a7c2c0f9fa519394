"""What did the functions say, and what are they saying now?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from operator import attrgetter
from queue import Empty, Queue
from typing import TYPE_CHECKING

from pkgops.errors import UsageError
from pkgops.events import Emit, silent
from pkgops.logs.parser import Line, read
from pkgops.logs.time_range import moment

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.model import Stage
    from pkgops.ports.logs import LogEvent, Logs

_CHUNK = 1000  # events read at once and handed on together
_AHEAD = 2  # chunks a group may be ahead of what is shown: memory stays bounded whatever --since says
_AT_ONCE = 8  # calls under way together; more only fills the rate limit with retries

_TIME = attrgetter("time")


@dataclass(frozen=True, slots=True)
class Query:
    """What to read. ``since`` and ``until`` are epoch ms, both included; ``text`` is a substring the line
    must hold, case-sensitive; ``calls_per_second`` is the budget of all groups together when following."""

    since: int
    until: int | None = None
    text: str = ""
    follow: bool = False
    raw: bool = False
    calls_per_second: float = 5.0


def query(
    stage: Stage,
    since: str = "10m",
    until: str | None = None,
    *,
    text: str = "",
    follow: bool = False,
    raw: bool = False,
) -> Query:
    """A `Query` from what the user typed (`pkgops.logs.time_range.moment`).

    The budget leaves room below FilterLogEvents' 10 a second of the smaller regions; the emulator has none."""
    if follow and until:
        raise UsageError("Following has no end: --until does not go with --follow.", "Leave one of them out.")
    return Query(
        since=moment(since),
        until=moment(until) if until else None,
        text=text,
        follow=follow,
        raw=raw,
        calls_per_second=100.0 if stage.local else 5.0,
    )


def tail(functions: Sequence[Function], logs: Logs, wanted: Query, emit: Emit = silent) -> Iterator[Line]:
    """The lines of those functions, interleaved in time order; endless with ``wanted.follow``.

    No event is lost and none comes twice. Iterate and print; closing the iterator stops all reading. UsageError
    if ``functions`` is empty."""
    if not functions:
        raise UsageError("There are no functions, so there are no logs.", "See what there is with: pkgops ls")
    names = {function.log_group: function.short for function in functions}
    if not wanted.follow:
        return backfill(names, logs, wanted)
    from pkgops.logs.follow import follow

    return follow(names, logs, wanted, emit)


def backfill(
    names: Mapping[str, str],
    logs: Logs,
    wanted: Query,
    note: Callable[[Iterable[LogEvent]], None] = lambda _events: None,
) -> Iterator[Line]:
    """What is there already, of the log groups ``names`` (group -> name shown).

    Every group is read by its own thread and merged by time. ``note`` is told every event, from any thread."""
    gate = threading.Semaphore(_AT_ONCE)
    stop = threading.Event()

    def chunks(group: str) -> Iterator[list[Line]]:
        events = logs.fetch(group, wanted.since, wanted.until)
        while not stop.is_set():
            with gate:
                chunk = list(islice(events, _CHUNK))
            if not chunk:
                return
            note(chunk)
            chunk.sort(key=_TIME)
            yield matching(read(names[group], chunk, raw=wanted.raw), wanted.text)

    feeds = [_Feed(chunks(group)) for group in names]
    try:
        yield from merge(*feeds, key=_TIME)
    finally:
        stop.set()
        for feed in feeds:
            feed.close()


def matching(lines: list[Line], text: str) -> list[Line]:
    """The lines that hold ``text``. It is looked for here: services differ in what a filter pattern means."""
    return [line for line in lines if text in line.raw] if text else lines


class _Feed:
    """Lines of one group, read ahead by a thread of its own; errors come out where the lines do."""

    def __init__(self, chunks: Iterator[list[Line]]) -> None:
        self._queue: Queue[list[Line] | BaseException | None] = Queue(_AHEAD)
        self._closed = False
        self._thread = threading.Thread(target=self._run, args=(chunks,), daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Line]:
        while (chunk := self._queue.get()) is not None:
            if isinstance(chunk, BaseException):
                raise chunk
            yield from chunk

    def close(self) -> None:
        """Lets the thread end by itself: whatever it waits to hand over now finds room."""
        self._closed = True
        with suppress(Empty):
            while True:
                self._queue.get_nowait()

    def _run(self, chunks: Iterator[list[Line]]) -> None:
        last: BaseException | None = None
        try:
            for chunk in chunks:
                self._queue.put(chunk)
                if self._closed:
                    return
        except BaseException as error:
            last = error
        self._queue.put(last)
