"""Logs of many functions: complete, without duplicates and in time order."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pytest

from pkgops.build.functions import Function
from pkgops.errors import AccessError, UsageError
from pkgops.logs.query import Query
from pkgops.logs.tail import tail_logs
from pkgops.ports.logs import LogEvent
from tests.pkgops.fakes.logs import FakeLogs
from tests.waiting import eventually

NOW = int(time.time() * 1000)


def functions(count: int) -> list[Function]:
    return [
        Function("s", f"F{number}", f"f-{number}", f"handlers/x/f_{number}.py", f"/g/{number}")
        for number in range(count)
    ]


def test_many_functions_are_interleaved_by_time() -> None:
    logs = FakeLogs()
    written = Counter[tuple[int, str, str]]()
    for number in range(33):
        for turn in range(300):
            at = NOW + turn * 40 + number
            logs.write(f"/g/{number}", f"stream {turn % 3}", [(at, f"line {turn % 7}")])
            written[at, f"f-{number}", f"line {turn % 7}"] += 1
    found = list(tail_logs(functions(33), logs, Query(since=NOW)))
    assert Counter((line.time, line.name, line.text) for line in found) == written
    assert [line.time for line in found] == sorted(line.time for line in found)


@pytest.mark.parametrize("request_id", ["", "r-1"])
def test_nothing_more_is_read_once_nobody_looks(request_id: str) -> None:
    """A page of all functions that is left while it is read."""
    stop, read = threading.Event(), []

    class Left(FakeLogs):
        def fetch(self, group: str, start: int, end: int | None = None) -> Iterator[LogEvent]:
            stop.set()
            read.append(group)
            yield from super().fetch(group, start, end)

    assert not list(tail_logs(functions(33), Left(), Query(NOW, request=request_id), stop=stop))
    assert 0 < len(read) <= 8  # at once


def test_a_service_that_returns_events_in_disorder_is_put_right() -> None:
    class Disorder(FakeLogs):
        def fetch(self, group: str, start: int, end: int | None = None) -> Iterator[LogEvent]:
            return iter(sorted(super().fetch(group, start, end), key=lambda event: event.message))

    logs = Disorder()
    logs.write("/g/0", "s", [(NOW, "c"), (NOW + 1, "b"), (NOW + 2, "a")])
    assert [line.text for line in tail_logs(functions(1), logs, Query(NOW))] == ["c", "b", "a"]


def test_the_window_is_what_was_asked_for() -> None:
    logs = FakeLogs()
    logs.write("/g/0", "s", [(NOW + number, str(number)) for number in range(5)])
    assert [line.text for line in tail_logs(functions(1), logs, Query(NOW + 1, NOW + 3))] == ["1", "2", "3"]


def test_the_filter_is_a_plain_case_sensitive_substring() -> None:
    logs = FakeLogs()
    logs.write(
        "/g/0", "s", [(NOW, "{ $.x = 1 } ?a"), (NOW + 1, "{ $.X = 1 } ?a"), (NOW + 2, "Traceback"), (NOW + 3, "?b")]
    )
    assert [line.time for line in tail_logs(functions(1), logs, Query(NOW, text="{ $.x = 1 } ?"))] == [NOW]


def test_a_filter_keeps_the_whole_traceback() -> None:
    logs = FakeLogs()
    trace = ["Traceback (most recent call last):", '  File "a.py", line 1', "KeyError: 'x'"]
    logs.write("/g/0", "s", [(NOW, line) for line in trace])
    assert [line.text for line in tail_logs(functions(1), logs, Query(NOW, text="KeyError"))] == ["\n".join(trace)]


def test_an_error_of_any_group_is_raised() -> None:
    logs = FakeLogs()
    logs.write("/g/2", "s", [(NOW, "x")])
    logs.failures = [AccessError("Access denied.")]
    with pytest.raises(AccessError, match="Access denied"):
        list(tail_logs(functions(5), logs, Query(NOW)))


class Endless:
    """Logs without an end; counts what is read of them."""

    def __init__(self) -> None:
        self.read = 0

    def fetch(self, group: str, start: int, end: int | None = None) -> Iterator[LogEvent]:
        for number in range(10**9):
            self.read += 1
            yield LogEvent(group, "s", start + number, str(number), "x")

    def live(self, groups: object, sampled: object = None) -> Iterator[LogEvent | None]:
        raise NotImplementedError


def test_reading_ahead_is_bounded_and_ends_with_the_reader() -> None:
    logs = Endless()
    before = threading.active_count()
    lines = tail_logs(functions(4), logs, Query(NOW))
    assert [line.time for line in islice(lines, 8)] == [NOW] * 4 + [NOW + 1] * 4
    lines.close()  # type: ignore[attr-defined]
    eventually(lambda: threading.active_count() == before)
    assert logs.read <= 4 * 5 * 1000


def test_a_system_without_functions_has_no_logs() -> None:
    with pytest.raises(UsageError, match="no functions"):
        tail_logs([], FakeLogs(), Query(NOW, follow=True))
