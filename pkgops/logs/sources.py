"""Where do new log events come from while following? Live Tail sessions and one poller, into one inbox."""

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

SWEEP = 300_000
"""ms before the newest event of a group that a wide window reaches back: events may be ingested that late."""

_OVERLAP = 20_000  # ms a poll reaches back in between
_SWEEP_EVERY = 30.0  # seconds between two wide windows of a group
_SESSION = 10  # groups of one Live Tail session, by its quota
_SESSIONS = 5  # of the 15 an account may have at once
_FAILURES = 5  # polls in a row that may fail before following ends


@dataclass(frozen=True, slots=True)
class Fetched:
    """All events of ``group`` since ``start``; ``wide`` if the window reaches back over `SWEEP`."""

    group: str
    start: int
    wide: bool
    events: Sequence[LogEvent]


@dataclass(frozen=True, slots=True)
class Lived:
    """Events a Live Tail session brought."""

    events: Sequence[LogEvent]


Said = Fetched | Lived | Note | Exception


@dataclass(slots=True)
class _Turn:
    """When a group is polled next, how long it then rests, and from where it is read."""

    due: float
    rest: float
    newest: int
    swept: float


class Sources:
    """Starts the threads that fill ``inbox``; `close` lets them end by themselves within a second or so.

    One poller asks for one group after the other, at most ``rate`` calls a second: a group that said something
    new is asked again soon, a silent one ever less often."""

    def __init__(self, logs: Logs, groups: Sequence[str], since: int, rate: float) -> None:
        self.inbox: Queue[Said] = Queue(64)
        self._logs = logs
        self._groups = groups
        self._since = since
        self._gap = 1 / rate
        self._quick = max(0.2, 2.5 / rate)
        self._slow = 10 * self._quick
        self._turns: dict[str, _Turn] = {}
        self._stop = threading.Event()
        self._told = False

    def listen(self) -> None:
        """Opens the Live Tail sessions; too many groups are left to polling."""
        sessions = [self._groups[at : at + _SESSION] for at in range(0, len(self._groups), _SESSION)]
        if len(sessions) > _SESSIONS:
            self._put(Note(f"{len(self._groups)} log groups are too many for Live Tail: polling instead."))
            return
        for groups in sessions:
            self._start(self._listen, groups)

    def poll(self, newest: Mapping[str, int]) -> None:
        """Starts polling; ``newest`` is the time of each group's last known event, -1 for none."""
        now = time.monotonic()
        self._turns = {group: _Turn(now, self._quick, newest[group], 0.0) for group in self._groups}
        self._start(self._poll)

    def heard(self, group: str, newest: int, *, polled: bool) -> None:
        """Tells what became of a fetch: the group's newest event, and whether polling brought anything new."""
        turn = self._turns[group]
        turn.newest = newest
        if polled and turn.rest > self._quick:
            turn.rest = self._quick
            turn.due = min(turn.due, time.monotonic() + turn.rest)

    def close(self) -> None:
        """Ends the threads without waiting for them."""
        self._stop.set()

    def _start(self, target: object, *arguments: object) -> None:
        threading.Thread(target=target, args=arguments, daemon=True).start()  # type: ignore[arg-type]

    def _put(self, said: Said) -> None:
        while not self._stop.is_set():
            try:
                self.inbox.put(said, timeout=0.5)
            except Full:
                continue
            return

    def _poll(self) -> None:
        failures = 0
        while not self._stop.is_set():
            group, turn = min(self._turns.items(), key=lambda entry: entry[1].due)
            if self._stop.wait(max(self._gap, turn.due - time.monotonic())):
                return
            try:
                self._ask(group, turn)
                failures = 0
            except PkgopsError as error:
                failures += 1
                if failures >= _FAILURES:
                    self._put(error)
                    return
                self._put(Note(f"{error.message} Trying again.", "warning"))
                self._stop.wait(2 ** (failures - 1))
            except Exception as error:  # a bug: shown where the reader is
                self._put(error)
                return

    def _ask(self, group: str, turn: _Turn) -> None:
        now = time.monotonic()
        wide = now - turn.swept >= _SWEEP_EVERY
        start = max(self._since, turn.newest - (SWEEP if wide else _OVERLAP))
        events = list(self._logs.fetch(group, start))
        turn.rest = min(self._slow, turn.rest * 1.5)
        turn.due = time.monotonic() + turn.rest
        if wide:
            turn.swept = now
        self._put(Fetched(group, start, wide, events))

    def _listen(self, groups: Sequence[str]) -> None:
        pause = 1.0
        while not self._stop.is_set():
            try:
                heard = self._session(groups)
            except NotImplementedError as error:
                self._put(Note(f"{error} Polling instead."))
                return
            except PkgopsError as error:
                self._put(Note(error.message, "warning"))
                heard = False
            except Exception as error:  # a bug: shown where the reader is
                self._put(error)
                return
            pause = 1.0 if heard else min(60.0, pause * 2)
            self._stop.wait(pause)

    def _session(self, groups: Sequence[str]) -> bool:
        """One session until it ends; whether it brought anything."""
        heard = False
        for event in self._logs.live(groups, lambda: self._sampled(groups)):
            if self._stop.is_set():
                break
            if event is not None:
                heard = True
                self._put(Lived([event]))
        return heard

    def _sampled(self, groups: Sequence[str]) -> None:
        """Live Tail left something out: those groups are polled next, over a wide window. Said once."""
        for group in groups:
            if group in self._turns:
                self._turns[group].due = self._turns[group].swept = 0.0
        if not self._told:
            self._told = True
            self._put(Note("Live Tail leaves events out above 500 a second; they follow by polling."))
