"""Following logs: new lines from two sources at once, without gaps or duplicates.

Live Tail is quick but drops events under load and has none from before the session; polling is complete but late.
So Live Tail shows new events at once, and polls with overlapping windows add what it missed, what was ingested late,
and everything where there is no Live Tail. No event id is common to both sources: `_Deduplicator` counts equal lines
instead.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from queue import Empty
from typing import TYPE_CHECKING

from pkgops.events import Emit, Note
from pkgops.logs.backfill import backfill
from pkgops.logs.event_feed import WIDE_WINDOW, EventFeed, FeedItem, LiveEvents, PolledEvents
from pkgops.logs.line import LogLine
from pkgops.logs.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkgops.logs.query import Query
    from pkgops.ports.logs import LogEvent, Logs

_PATIENCE = 0.5  # seconds to wait for an event before looking whether to stop
_BATCH_TIME = 0.05  # seconds to collect events before they are sorted and shown

Key = tuple[str, int, str]


def follow(
    names: Mapping[str, str], logs: Logs, query: Query, emit: Emit, stop: threading.Event | None = None
) -> Iterator[LogLine]:
    """Lines of the log groups ``names`` (group -> name shown) since ``query.since``, then new ones, until ``stop`` is
    set by another thread, which ends it within a second; without end if there is none."""
    stop = stop or threading.Event()
    deduplicators = {group: _Deduplicator(query.since) for group in names}

    def on_events(events: Iterable[LogEvent]) -> None:
        events = list(events)
        deduplicators[events[0].group].add_backfill(events)

    feed = EventFeed(logs, list(names), query.since, query.calls_per_second)
    try:
        feed.start_live_tail()
        yield from backfill(names, logs, query, on_events, stop)
        feed.start_polling({group: deduplicators[group].newest for group in names})
        while not stop.is_set():
            new: dict[str, list[LogEvent]] = {}
            for item in _batch(feed):
                _process(item, deduplicators, feed, new, emit)
            yield from _lines(new, names, query)
    finally:
        feed.close()


def _batch(feed: EventFeed) -> Iterator[FeedItem]:
    """The next item, and those that arrive within `_BATCH_TIME` after it; none if there is none for a while."""
    try:
        yield feed.queue.get(timeout=_PATIENCE)
    except Empty:
        return
    end = time.monotonic() + _BATCH_TIME
    while (left := end - time.monotonic()) > 0:
        try:
            yield feed.queue.get(timeout=left)
        except Empty:
            return


def _process(
    item: FeedItem,
    deduplicators: Mapping[str, _Deduplicator],
    feed: EventFeed,
    new: dict[str, list[LogEvent]],
    emit: Emit,
) -> None:
    """Adds the item's events that were not shown yet to ``new``, by group."""
    match item:
        case Note():
            emit(item)
        case Exception():
            raise item
        case LiveEvents(events):
            for event in events:
                if event.group in deduplicators and deduplicators[event.group].is_new_live(event):
                    new.setdefault(event.group, []).append(event)
        case PolledEvents(group, start, wide, events):
            found = deduplicators[group].new_polled(events)
            if wide:
                deduplicators[group].forget_before(start)
            new.setdefault(group, []).extend(found)
            feed.update(group, deduplicators[group].newest, active=bool(found))


def _lines(new: Mapping[str, list[LogEvent]], names: Mapping[str, str], query: Query) -> list[LogLine]:
    lines: list[LogLine] = []
    for group, events in new.items():
        events.sort(key=attrgetter("time"))
        lines += query.matching(parse(names[group], events, raw=query.raw))
    lines.sort(key=attrgetter("time"))
    return lines


@dataclass(slots=True)
class _Deduplicator:
    """How often each line of one group, by stream, time and message, has been shown.

    A poll returns every event of its window, and so all equal lines in it; Live Tail delivers each event at most
    once. A line is new when one of the two counts exceeds how often it was shown."""

    since: int
    newest: int = -1
    _shown: Counter[Key] = field(default_factory=Counter)
    _live: Counter[Key] = field(default_factory=Counter)

    def add_backfill(self, events: Sequence[LogEvent]) -> None:
        """Records shown events, in time order, that a later window may contain again."""
        self.newest = max(self.newest, events[-1].time)
        self._shown.update((event.stream, event.time, event.message) for event in events)
        if len(self._shown) > 10_000:
            self.forget_before(self.newest - WIDE_WINDOW)

    def new_polled(self, events: Sequence[LogEvent]) -> list[LogEvent]:
        """The events of a whole window that were not shown yet."""
        counts: Counter[Key] = Counter()
        return [event for event in events if self._is_new(event, counts)]

    def is_new_live(self, event: LogEvent) -> bool:
        """Whether an event from Live Tail was not shown yet."""
        return event.time >= self.since and self._is_new(event, self._live)

    def forget_before(self, time: int) -> None:
        """Drops what no later window covers."""
        for counts in (self._shown, self._live):
            for key in [key for key in counts if key[1] < time]:
                del counts[key]

    def _is_new(self, event: LogEvent, counts: Counter[Key]) -> bool:
        key = (event.stream, event.time, event.message)
        counts[key] += 1
        self.newest = max(self.newest, event.time)
        if counts[key] <= self._shown[key]:
            return False
        self._shown[key] = counts[key]
        return True
