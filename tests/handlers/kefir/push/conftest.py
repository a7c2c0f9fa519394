"""Expo's push service on loopback, users with due reminders, and runs of the processor at times of the tests' own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from handlers.common.dynamodb import Table
from handlers.common.http import HttpClient
from handlers.kefir.push.expo import ANSWER, Expo, RateLimiter
from handlers.kefir.push.run import Push, run
from tests.handlers.kefir.push import expo_server
from tests.handlers.kefir.push.expo_server import ExpoServer
from tests.handlers.kefir.push.owners import START, Owner


@pytest.fixture
def expo() -> Iterator[ExpoServer]:
    with expo_server.running() as server:
        yield server


@pytest.fixture
def due(table: Table) -> Iterator[None]:
    """Nothing is due but what the test makes."""
    _forget_what_is_due(table)
    yield
    _forget_what_is_due(table)


def _forget_what_is_due(table: Table) -> None:
    for partition in ("REMINDER#DUE", "RECEIPT#PENDING"):
        for item in list(table.pages("GSI1", "GSI1PK = :pk", {"pk": partition})):
            table.delete((item["PK"], item["SK"]))


@pytest.fixture
def tick(table: Table, expo: ExpoServer, due: None) -> Callable[..., int]:
    """``tick(minutes)``: a run so many minutes after the start."""
    client = HttpClient()

    def once(
        minutes: float = 0, left: float | Callable[[], float] = 60, to: Table = table, answer: float = ANSWER
    ) -> int:
        rest = left if callable(left) else lambda: left
        service = Expo(client, expo.url, backoff=0.001, limiter=RateLimiter(1e9), seconds_left=rest, answer=answer)
        return run(Push(to, service, START + timedelta(minutes=minutes), rest))

    return once


@pytest.fixture
def owner(table: Table) -> Owner:
    made = Owner(table)
    made.batch()
    return made
