"""The watcher: one poller for any number of stacks, within the rate limit."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from pkgops.deploy.watcher import BURST, CALLS_PER_SECOND, Stopped, Watcher
from pkgops.events import ResourceChanged, StackChanged
from pkgops.ports.stacks import ChangeSetRequest, StackState
from pkgops.rate_limiter import RateLimiter
from tests.pkgops.fakes.stacks import FakeStacks
from tests.waiting import eventually

COUNT = 50


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_what_is_in_it_and_fills_by_and_by() -> None:
    clock = Clock()
    pace = RateLimiter(2.0, 3, clock)
    assert [pace.reserve(), pace.try_acquire(), pace.try_acquire(), pace.try_acquire()] == [0.0, True, True, False]
    assert [pace.reserve(), pace.reserve(2)] == [0.5, 1.5]
    assert not pace.try_acquire()
    clock.now += 2.0
    assert [pace.try_acquire(), pace.try_acquire()] == [True, False]
    clock.now += 60.0
    assert [pace.try_acquire() for _ in range(4)] == [True, True, True, False]


class Told(FakeStacks):
    """Remembers of which stacks the events were asked, and how often between two looks at all states. While ``open`` is
    not set, the states are not answered."""

    def __init__(self, rounds: int) -> None:
        super().__init__(rounds)
        self.turns: Counter[str] = Counter()
        self.between = [0]
        self.open = threading.Event()
        self.open.set()

    @property
    def total(self) -> int:
        """How many calls there were."""
        return self.turns.total() + len(self.between) - 1

    def describe(self) -> list[StackState]:
        self.between.append(0)
        self.open.wait()
        return super().describe()

    def events(self, stack: str, until: str = "", since: str = "", *, newest: bool = False) -> list:
        self.between[-1] += 1
        self.turns[stack] += 1
        return super().events(stack, until, since, newest=newest)


def begun(stacks: FakeStacks, count: int) -> list[str]:
    names = [f"Stack{number}" for number in range(count)]
    body = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}'
    for name in names:
        stacks.execute(stacks.create_change_set(ChangeSetRequest(name, True, {}, {}, body=body)))
    return names


def test_fifty_running_stacks_are_asked_about_at_one_stacks_pace() -> None:
    stacks = Told(rounds=1000)
    names = begun(stacks, COUNT)
    stacks.open.clear()
    with ThreadPoolExecutor(COUNT) as pool, Watcher(stacks, lambda event: None) as watcher:
        began = time.monotonic()
        waiting = [pool.submit(watcher.wait, name) for name in names]
        eventually(lambda: len(watcher.running) == COUNT)
        stacks.open.set()
        eventually(lambda: stacks.total > BURST + CALLS_PER_SECOND and len(stacks.between) > 4)
        watcher.stop()
        seconds = time.monotonic() - began
    assert all(isinstance(future.exception(), Stopped) for future in waiting)
    assert stacks.total <= BURST + CALLS_PER_SECOND * seconds + 1
    turns = stacks.turns.values()
    assert max(turns) - (min(turns) if len(turns) == COUNT else 0) == 1  # they take turns
    assert max(stacks.between) <= 5  # and their states come first


@pytest.mark.parametrize("quick", [True, False])
def test_all_events_of_an_ended_operation_are_emitted(quick: bool) -> None:
    stacks, heard = Told(rounds=2), []
    names = begun(stacks, 5)
    with ThreadPoolExecutor(5) as pool, Watcher(stacks, heard.append, fast=quick) as watcher:
        states = list(pool.map(watcher.wait, names))
    assert {state.status for state in states if state} == {"CREATE_COMPLETE"}
    assert {event.stack for event in heard if isinstance(event, StackChanged)} == set(names)
    assert {event.stack for event in heard if isinstance(event, ResourceChanged)} == set(names)
