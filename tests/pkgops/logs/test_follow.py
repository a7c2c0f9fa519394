"""Following logs: no gaps, no duplicates, without delay."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from itertools import pairwise

import pytest

from pkgops.build.functions import Function
from pkgops.errors import AccessError
from pkgops.events import Event, Note
from pkgops.logs.line import LogLine
from pkgops.logs.query import Query
from pkgops.logs.tail import tail_logs
from tests.pkgops.fakes.logs import FakeLogs
from tests.waiting import eventually

NOW = int(time.time() * 1000)


def functions(count: int) -> list[Function]:
    return [
        Function("s", f"F{number}", f"f-{number}", f"handlers/x/f_{number}.py", f"/g/{number}")
        for number in range(count)
    ]


class Reader:
    """Reads lines in a thread, as a terminal would show them."""

    def __init__(self, logs: FakeLogs, count: int = 1, since: int = NOW, text: str = "") -> None:
        self.logs = logs
        self.notes: list[Event] = []
        self.lines: list[LogLine] = []
        self.error: BaseException | None = None
        self.ended = threading.Event()
        wanted = Query(since, text=text, follow=True, calls_per_second=1000)
        self._lines = tail_logs(functions(count), logs, wanted, self.notes.append)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            for line in self._lines:
                self.lines.append(line)
        except BaseException as error:
            self.error = error
        self.ended.set()

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines]

    def sees(self, *texts: str) -> None:
        eventually(lambda: Counter(self.texts) >= Counter(texts))

    def polled(self, rounds: int = 2) -> None:
        """Waits until every group was asked again so often."""
        eventually(lambda: bool(self.logs.calls))
        start = Counter(group for group, _start in list(self.logs.calls))
        eventually(
            lambda: all(
                Counter(group for group, _start in list(self.logs.calls))[group] >= seen + rounds
                for group, seen in start.items()
            )
        )


@pytest.mark.parametrize("live_tail", [True, False])
def test_what_was_there_comes_once_and_then_what_is_new(live_tail: bool) -> None:
    logs = FakeLogs(live_tail=live_tail)
    logs.write("/g/0", "s", [(NOW, "old"), (NOW, "old"), (NOW + 1, "older")])
    reader = Reader(logs)
    reader.sees("old", "old", "older")
    logs.write("/g/0", "s", [(NOW + 1, "older"), (NOW + 2, "new")])
    reader.sees("new")
    reader.polled(3)
    assert Counter(reader.texts) == Counter({"old": 2, "older": 2, "new": 1})


def test_live_tail_is_quicker_than_the_next_poll() -> None:
    logs = FakeLogs()
    logs.write("/g/0", "s", [(NOW, "old")])
    reader = Reader(logs)
    reader.sees("old")
    eventually(lambda: bool(logs.sessions))
    reader.polled(4)  # a silent group is asked ever less often
    calls = len(logs.calls)
    logs.write("/g/0", "s", [(NOW + 1, "new")])
    reader.sees("new")
    assert len(logs.calls) <= calls + 1


def test_without_live_tail_polling_says_so_and_goes_on() -> None:
    logs = FakeLogs(live_tail=False)
    reader = Reader(logs)
    logs.write("/g/0", "s", [(NOW, "new")])
    reader.sees("new")  # which may have been there before Live Tail was tried
    eventually(lambda: bool(reader.notes))
    assert reader.notes == [Note("Live Tail cannot be used here. Polling instead.")]


def test_what_live_tail_drops_is_shown_by_polling() -> None:
    logs = FakeLogs()
    logs.write("/g/0", "s", [(NOW, "old")])
    reader = Reader(logs)
    reader.sees("old")
    logs.deaf = True
    logs.write("/g/0", "s", [(NOW + number, f"left out {number}") for number in range(50)])
    reader.sees(*(f"left out {number}" for number in range(50)))
    logs.deaf = False
    logs.write("/g/0", "s", [(NOW + 60, "live")])
    reader.sees("live")
    reader.polled()
    assert len(reader.lines) == 52
    assert [note.text for note in reader.notes if isinstance(note, Note)] == [
        "Live Tail drops events above 500 a second; polling will show them."
    ]


def test_where_live_tail_left_something_out_a_wide_window_is_read() -> None:
    logs = FakeLogs()
    logs.write("/g/0", "s", [(NOW, "old")])
    reader = Reader(logs, since=NOW - 600_000)
    reader.polled(3)
    assert ("/g/0", NOW - 20_000) in logs.calls[-2:]
    seen = len(logs.calls)
    logs.deaf = True
    eventually(lambda: ("/g/0", NOW - 300_000) in logs.calls[seen:])
    logs.deaf = False


def test_a_silent_group_is_asked_ever_less_often() -> None:
    logs = FakeLogs(live_tail=False)
    Reader(logs).polled(5)
    gaps = [after - before for before, after in pairwise(logs.times[1:])]
    assert gaps[3] >= 1.0  # 0.2 s at first, half as much again each time


@pytest.mark.parametrize("live_tail", [True, False])
def test_late_arrivals_are_shown(live_tail: bool) -> None:
    """An event is ingested minutes after younger ones of its group."""
    logs = FakeLogs(live_tail=live_tail)
    logs.write("/g/0", "s", [(NOW, "young")])
    reader = Reader(logs, since=NOW - 600_000)
    reader.sees("young")
    logs.write("/g/0", "t", [(NOW - 15_000, "late")])
    reader.sees("late")
    reader.polled()
    assert sorted(reader.texts) == ["late", "young"]


def test_many_groups_share_sessions_of_ten() -> None:
    logs = FakeLogs()
    for number in range(33):
        logs.write(f"/g/{number}", "s", [(NOW, f"{number}")])
    reader = Reader(logs, 33)
    eventually(lambda: len(logs.sessions) == 4)
    assert sorted(len(groups) for groups in logs.sessions) == [3, 10, 10, 10]
    reader.sees(*(str(number) for number in range(33)))


def test_too_many_groups_are_polled() -> None:
    reader = Reader(FakeLogs(), 51)
    eventually(lambda: bool(reader.notes))
    assert reader.notes == [Note("51 log groups are too many for Live Tail; polling instead.")]
    assert reader.logs.sessions == []


def test_a_failing_poll_is_told_and_tried_again() -> None:
    logs = FakeLogs(live_tail=False)
    reader = Reader(logs)
    reader.polled(2)  # the first call is the backfill, whose errors are the reader's
    logs.failures = [AccessError("Cannot reach AWS.")]
    logs.write("/g/0", "s", [(NOW, "new")])
    reader.sees("new")
    assert Note("Cannot reach AWS. Retrying.", "warning") in reader.notes


def test_lines_are_filtered_while_following() -> None:
    logs = FakeLogs()
    reader = Reader(logs, text="keep")
    logs.write("/g/0", "s", [(NOW, "drop"), (NOW, "keep")])
    reader.sees("keep")
    assert reader.texts == ["keep"]


def test_nothing_is_lost_or_repeated_under_load() -> None:
    """Six writers, equal lines, disorder, a Live Tail that turns deaf now and then."""
    logs = FakeLogs()
    for number in range(12):
        logs.write(f"/g/{number}", "s", [(NOW, "start")])
    reader = Reader(logs, 12, since=NOW - 60_000)

    def write(seed: int) -> None:
        chance = random.Random(seed)
        for turn in range(150):
            group, text = chance.randrange(12), f"line {chance.randrange(9)}"
            logs.deaf = chance.random() < 0.2
            at = NOW + turn * 10 - chance.randrange(15_000)
            logs.write(f"/g/{group}", f"s{chance.randrange(2)}", [(at, text)] * chance.randrange(1, 4))
        logs.deaf = False

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    everything = Counter(
        (f"f-{number}", event.message) for number in range(12) for event in logs.fetch(f"/g/{number}", 0)
    )
    eventually(lambda: Counter((line.name, line.text) for line in list(reader.lines)) >= everything)
    reader.polled()
    assert Counter((line.name, line.text) for line in reader.lines) == everything


def test_the_threads_end_with_the_reader() -> None:
    before = threading.active_count()
    logs = FakeLogs()
    logs.write("/g/0", "s", [(NOW, "old")])
    lines = tail_logs(functions(1), logs, Query(NOW, follow=True, calls_per_second=1000))
    assert next(lines).text == "old"
    lines.close()  # type: ignore[attr-defined]
    eventually(lambda: threading.active_count() == before)


def test_following_ends_when_it_is_told_to() -> None:
    stop = threading.Event()
    lines = tail_logs(functions(1), FakeLogs(), Query(NOW, follow=True), stop=stop)
    reader = threading.Thread(target=lambda: list(lines), daemon=True)
    reader.start()
    stop.set()
    reader.join(60)
    assert not reader.is_alive()
