"""One run processes reminders at a time, without a reservation of the account's concurrency."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from handlers.common.dynamodb import Table
from handlers.kefir.push.lease import KEY, lease
from handlers.kefir.scheduler import reminder_processor
from tests.handlers.gateway import Context
from tests.handlers.kefir.push.expo_server import ExpoServer
from tests.handlers.kefir.push.owners import START, Owner, pending, sent


@pytest.fixture(autouse=True)
def nobody_holds_it(table: Table) -> None:
    table.delete(KEY)


@pytest.fixture
def begin(table: Table) -> Iterator[Callable[..., bool]]:
    """Takes the lease for a run that does not end."""
    running = []

    def take(holder: str, after: float = 0) -> bool:
        running.append(lease(table, holder, START + timedelta(seconds=after), 60))
        return running[-1].__enter__()

    yield take
    for one in running:
        one.__exit__(None, None, None)


def taken(table: Table, holder: str, after: float = 0, seconds: float = 60) -> bool:
    with lease(table, holder, START + timedelta(seconds=after), seconds) as held:
        return held


def test_one_at_a_time(table: Table) -> None:
    with lease(table, "one", START, 60) as first:
        assert first
        assert not taken(table, "two", after=10)
    assert taken(table, "two", after=11)


def test_of_runs_at_the_same_moment_one_begins(begin: Callable[..., bool]) -> None:
    with ThreadPoolExecutor(16) as pool:
        held = list(pool.map(begin, [f"run-{number}" for number in range(16)]))
    assert held.count(True) == 1


def test_what_a_killed_run_holds_ends_by_itself(table: Table, begin: Callable[..., bool]) -> None:
    assert begin("killed")
    assert not taken(table, "next", after=60)  # its clock may be ahead
    assert taken(table, "next", after=65)


def test_a_repeated_invocation_goes_on(table: Table, begin: Callable[..., bool]) -> None:
    """Lambda invokes a failed run again under the same request id."""
    assert begin("same")
    assert taken(table, "same", after=1)


def test_a_run_that_was_too_long_leaves_the_next_ones_lease(table: Table, begin: Callable[..., bool]) -> None:
    with lease(table, "long", START, 60):
        assert begin("next", after=66)
    assert not taken(table, "third", after=70)


def test_a_run_that_fails_gives_it_back(table: Table) -> None:
    with pytest.raises(RuntimeError), lease(table, "one", START, 60):
        raise RuntimeError
    assert taken(table, "two", after=1)


def test_the_function_sends_nothing_while_another_run_does(
    owner: Owner, expo: ExpoServer, due: None, patched: Any, table: Table, begin: Callable[..., bool]
) -> None:
    patched.setenv("EXPO_BASE_URL", expo.url)
    owner.device()
    name = owner.reminder(-60 * 24 * 30)
    assert begin("another", after=10 * 365 * 24 * 3600)
    assert reminder_processor.handler({}, Context())["statusCode"] == 200
    assert expo.requests == []
    assert pending(owner[name])
    table.delete(KEY)
    reminder_processor.handler({}, Context())
    assert sent(owner[name])
