"""What are the functions saying now?

Two sources at once. Live Tail is quick but leaves events out under load and says nothing of those before the
session; polling is complete but late. So Live Tail shows what comes at once, and polls with an overlapping
window fill in what it missed, what was ingested late, and everything where there is no Live Tail. An event has
no id both sources know: `_Seen` counts equal lines instead.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from queue import Empty
from typing import TYPE_CHECKING

from pkgops.events import Emit, Note
from pkgops.logs.parser import Line, read
from pkgops.logs.sources import SWEEP, Fetched, Lived, Said, Sources
from pkgops.logs.tail import Query, backfill, matching

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgops.ports.logs import LogEvent, Logs

_SETTLE = 0.05  # seconds to collect what belongs together before it is sorted and shown

Key = tuple[str, int, str]


def follow(names: Mapping[str, str], logs: Logs, wanted: Query, emit: Emit) -> Iterator[Line]:
    """Lines of the log groups ``names`` (group -> name shown) since ``wanted.since``, and then for ever."""
    seen = {group: _Seen(wanted.since) for group in names}

    def note(events: Iterable[LogEvent]) -> None:
        events = list(events)
        seen[events[0].group].backfilled(events)

    sources = Sources(logs, list(names), wanted.since, wanted.calls_per_second)
    try:
        sources.listen()
        yield from backfill(names, logs, wanted, note)
        sources.poll({group: seen[group].newest for group in names})
        while True:
            fresh: dict[str, list[LogEvent]] = {}
            for said in _batch(sources):
                _take(said, seen, sources, fresh, emit)
            yield from _lines(fresh, names, wanted)
    finally:
        sources.close()


def _batch(sources: Sources) -> Iterator[Said]:
    """The next thing said, and what follows it closely."""
    yield sources.inbox.get()
    end = time.monotonic() + _SETTLE
    while (left := end - time.monotonic()) > 0:
        try:
            yield sources.inbox.get(timeout=left)
        except Empty:
            return


def _take(
    said: Said, seen: Mapping[str, _Seen], sources: Sources, fresh: dict[str, list[LogEvent]], emit: Emit
) -> None:
    match said:
        case Note():
            emit(said)
        case Exception():
            raise said
        case Lived(events):
            for event in events:
                if event.group in seen and seen[event.group].lived(event):
                    fresh.setdefault(event.group, []).append(event)
        case Fetched(group, start, wide, events):
            new = seen[group].fetched(events)
            if wide:
                seen[group].forget(start)
            fresh.setdefault(group, []).extend(new)
            sources.heard(group, seen[group].newest, polled=bool(new))


def _lines(fresh: Mapping[str, list[LogEvent]], names: Mapping[str, str], wanted: Query) -> list[Line]:
    lines: list[Line] = []
    for group, events in fresh.items():
        events.sort(key=attrgetter("time"))
        lines += matching(read(names[group], events, raw=wanted.raw), wanted.text)
    lines.sort(key=attrgetter("time"))
    return lines


@dataclass(slots=True)
class _Seen:
    """What has been shown of one group: how often each line, by stream, time and message.

    A fetch returns every event of its window, so equal lines in it are as many as there are; Live Tail brings
    each event at most once. A line is new when one of the two counts exceeds what was shown."""

    since: int
    newest: int = -1
    _shown: Counter[Key] = field(default_factory=Counter)
    _live: Counter[Key] = field(default_factory=Counter)

    def backfilled(self, events: Sequence[LogEvent]) -> None:
        """Remembers shown events that a later window can bring again; they come in time order."""
        self.newest = max(self.newest, events[-1].time)
        self._shown.update((event.stream, event.time, event.message) for event in events)
        if len(self._shown) > 10_000:
            self.forget(self.newest - SWEEP)

    def fetched(self, events: Sequence[LogEvent]) -> list[LogEvent]:
        """Those of a whole window's events that were not shown yet."""
        counts: Counter[Key] = Counter()
        return [event for event in events if self._new(event, counts)]

    def lived(self, event: LogEvent) -> bool:
        """Whether an event from Live Tail was not shown yet."""
        return event.time >= self.since and self._new(event, self._live)

    def forget(self, before: int) -> None:
        """Drops what no later window reaches back to."""
        for counts in (self._shown, self._live):
            for key in [key for key in counts if key[1] < before]:
                del counts[key]

    def _new(self, event: LogEvent, counts: Counter[Key]) -> bool:
        key = (event.stream, event.time, event.message)
        counts[key] += 1
        self.newest = max(self.newest, event.time)
        if counts[key] <= self._shown[key]:
            return False
        self._shown[key] = counts[key]
        return True
