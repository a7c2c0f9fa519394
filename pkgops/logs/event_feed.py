"""The feed of new log events while following: Live Tail sessions and one poller, into one queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from queue import Full, Queue
from typing import TYPE_CHECKING

from pkgops.errors import PkgopsError
from pkgops.events import Note

if TYPE_CHECKING:
    from pkgops.ports.logs import LogEvent, Logs

WIDE_WINDOW = 300_000
"""ms before the newest event of a group that a wide poll covers: events may be ingested that late."""

_NARROW_WINDOW = 20_000  # ms that the other polls cover
_WIDE_INTERVAL = 30.0  # seconds between two wide polls of a group
_SESSION_GROUPS = 10  # groups of one Live Tail session, by its quota
_MAX_SESSIONS = 5  # of the 15 an account may have at once
_MAX_FAILURES = 5  # polls in a row that may fail before following ends


@dataclass(frozen=True, slots=True)
class PolledEvents:
    """All events of ``group`` since ``start``; ``wide`` if the window covers `WIDE_WINDOW`."""

    group: str
    start: int
    wide: bool
    events: Sequence[LogEvent]


@dataclass(frozen=True, slots=True)
class LiveEvents:
    """Events from a Live Tail session."""

    events: Sequence[LogEvent]


FeedItem = PolledEvents | LiveEvents | Note | Exception


@dataclass(slots=True)
class _Schedule:
    """When a group is polled next (``due``) and how long after that (``interval``), when it was last polled over the
    wide window, all in monotonic seconds; and the epoch ms of its newest event."""

    due: float
    interval: float
    newest: int
    last_wide: float


class EventFeed:
    """Starts the threads that fill ``queue``; after `close` they end by themselves within a second or so.

    One poller reads one group after the other, at most ``rate`` calls a second: a group with new events is polled
    again soon, a silent one less and less often."""

    def __init__(self, logs: Logs, groups: Sequence[str], since: int, rate: float) -> None:
        self.queue: Queue[FeedItem] = Queue(64)
        self._logs = logs
        self._groups = groups
        self._since = since
        self._gap = 1 / rate
        self._min_interval = max(0.2, 2.5 / rate)
        self._max_interval = 10 * self._min_interval
        self._schedules: dict[str, _Schedule] = {}
        self._stop = threading.Event()
        self._reported_drops = False

    def start_live_tail(self) -> None:
        """Opens the Live Tail sessions; if the groups are too many they are only polled."""
        sessions = [self._groups[at : at + _SESSION_GROUPS] for at in range(0, len(self._groups), _SESSION_GROUPS)]
        if len(sessions) > _MAX_SESSIONS:
            self._put(Note(f"{len(self._groups)} log groups are too many for Live Tail; polling instead."))
            return
        for groups in sessions:
            self._start(self._live_tail, groups)

    def start_polling(self, newest: Mapping[str, int]) -> None:
        """Starts polling; ``newest`` is the time of each group's last known event, -1 for none."""
        now = time.monotonic()
        self._schedules = {group: _Schedule(now, self._min_interval, newest[group], 0.0) for group in self._groups}
        self._start(self._poll)

    def update(self, group: str, newest: int, *, active: bool) -> None:
        """Takes the result of a poll: the group's newest event, and whether it is ``active``: had new ones."""
        schedule = self._schedules[group]
        schedule.newest = newest
        if active and schedule.interval > self._min_interval:
            schedule.interval = self._min_interval
            schedule.due = min(schedule.due, time.monotonic() + schedule.interval)

    def close(self) -> None:
        """Ends the threads without waiting for them."""
        self._stop.set()

    def _start(self, target: object, *arguments: object) -> None:
        threading.Thread(target=target, args=arguments, daemon=True).start()  # type: ignore[arg-type]

    def _put(self, item: FeedItem) -> None:
        while not self._stop.is_set():
            try:
                self.queue.put(item, timeout=0.5)
            except Full:
                continue
            return

    def _poll(self) -> None:
        failures = 0
        while not self._stop.is_set():
            group, schedule = min(self._schedules.items(), key=lambda entry: entry[1].due)
            if self._stop.wait(max(self._gap, schedule.due - time.monotonic())):
                return
            try:
                self._poll_group(group, schedule)
                failures = 0
            except PkgopsError as error:
                failures += 1
                if failures >= _MAX_FAILURES:
                    self._put(error)
                    return
                self._put(Note(f"{error.message} Retrying.", "warning"))
                self._stop.wait(2 ** (failures - 1))
            except Exception as error:  # a bug: raised in the thread that reads the queue
                self._put(error)
                return

    def _poll_group(self, group: str, schedule: _Schedule) -> None:
        now = time.monotonic()
        wide = now - schedule.last_wide >= _WIDE_INTERVAL
        start = max(self._since, schedule.newest - (WIDE_WINDOW if wide else _NARROW_WINDOW))
        events = list(self._logs.fetch(group, start))
        schedule.interval = min(self._max_interval, schedule.interval * 1.5)
        schedule.due = time.monotonic() + schedule.interval
        if wide:
            schedule.last_wide = now
        self._put(PolledEvents(group, start, wide, events))

    def _live_tail(self, groups: Sequence[str]) -> None:
        pause = 1.0
        while not self._stop.is_set():
            try:
                received = self._run_session(groups)
            except NotImplementedError as error:
                self._put(Note(f"{error} Polling instead."))
                return
            except PkgopsError as error:
                self._put(Note(error.message, "warning"))
                received = False
            except Exception as error:  # a bug: raised in the thread that reads the queue
                self._put(error)
                return
            pause = 1.0 if received else min(60.0, pause * 2)
            self._stop.wait(pause)

    def _run_session(self, groups: Sequence[str]) -> bool:
        """Runs one session until it ends; whether it delivered any event."""
        received = False
        for event in self._logs.live(groups, lambda: self._on_dropped(groups)):
            if self._stop.is_set():
                break
            if event is not None:
                received = True
                self._put(LiveEvents([event]))
        return received

    def _on_dropped(self, groups: Sequence[str]) -> None:
        """Live Tail dropped events: polls those groups next, over a wide window. Reported once."""
        for group in groups:
            if group in self._schedules:
                self._schedules[group].due = self._schedules[group].last_wide = 0.0
        if not self._reported_drops:
            self._reported_drops = True
            self._put(Note("Live Tail drops events above 500 a second; polling will show them."))
