"""What Expo may have accepted is not sent again at once, an outage loses nothing, and a run ends in time"""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from handlers.common.dynamodb import Table
from handlers.kefir.push.expo import ANSWER
from tests.handlers.kefir.push.expo_server import ExpoServer, refusal
from tests.handlers.kefir.push.owners import Owner, pending, sent


def test_a_slow_expo_pushes_once_a_run(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    """It accepts and does not say so: each run used to push three times, ten runs in a row."""
    assert ANSWER > 6  # what Expo was once seen to take; it is waited for
    token, name = owner.device(), owner.reminder()
    expo.answers.clear()
    tick(answer=0.2)
    assert expo.tokens() == [token]
    assert pending(owner[name])
    assert owner[name]["attempts"] == 1
    for minutes in range(5, 65, 5):
        tick(minutes, answer=0.2)
    assert len(expo.tokens()) == 5  # at 0, 5, 10, 20 and 40 minutes
    expo.answers.set()
    tick(80)
    assert sent(owner[name])


@pytest.mark.parametrize(
    "failure", [None, (500, "oops"), (502, ""), (504, ""), (200, "{"), (200, {"data": []})], ids=str
)
def test_an_answer_that_may_mean_yes_is_not_asked_for_twice(
    owner: Owner, expo: ExpoServer, tick: Any, failure: Any
) -> None:
    owner.device()
    name = owner.reminder()
    expo.failures = [failure]
    tick()
    assert len(expo.requests) == 1
    assert (pending(owner[name]), owner[name]["attempts"]) == (True, 1)
    assert owner[name]["lastError"]
    tick(5)
    assert sent(owner[name])
    assert len(expo.requests) == 2


@pytest.mark.parametrize("failure", [(503, ""), (429, ""), (500, ""), None], ids=str)
def test_an_outage_of_an_hour_loses_nothing(owner: Owner, expo: ExpoServer, tick: Any, failure: Any) -> None:
    owner.device()
    name = owner.reminder()
    for minutes in range(0, 60, 5):
        expo.failures = [failure] * 3
        tick(minutes)
        assert pending(owner[name])
    expo.failures = []
    tick(85)
    assert sent(owner[name])
    assert "delivery" not in owner[name]


def test_an_outage_uses_up_no_refusals(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    owner.device()
    name = owner.reminder()
    for minutes in range(12):
        expo.failures = [(503, "")] * 3
        tick(minutes)
    expo.failures = [refusal("VALIDATION_ERROR")]
    tick(15)
    assert pending(owner[name])


def test_an_outage_of_a_day_ends_a_reminder(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    owner.device()
    name = owner.reminder()
    expo.failures = [(500, "")] * 40
    for hour in range(30):
        tick(hour * 60)
    assert owner[name]["delivery"] == "failed"
    assert "GSI1PK" not in owner[name]
    assert len(expo.requests) <= 10


def test_a_run_that_splits_ends_in_time(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    """Every request is refused after a while: halving all of them took 207 requests, more than a run has time for."""
    owner.device()
    names = [owner.reminder() for _ in range(150)]
    expo.failures = [refusal("VALIDATION_ERROR")] * 1000
    seconds, used = count(60, -1), list[int]()
    tick(left=lambda: used.append(next(seconds)) or used[-1])
    assert used[-1] < 30
    assert len(expo.requests) < 40
    assert all(pending(owner[name]) for name in names)
    expo.failures = []
    tick(5)
    assert all(sent(owner[name]) for name in names)


def test_receipts_are_collected_as_long_as_there_is_time(
    owner: Owner, expo: ExpoServer, tick: Any, table: Table
) -> None:
    for number in range(25):
        item = {"PK": f"RECEIPT#{owner.pk}-{number}", "SK": "RECEIPT", "GSI1PK": "RECEIPT#PENDING",
                "GSI1SK": "2026-05-01T11:00:00.000Z", "tickets": {f"t{number}": {}}}  # fmt: skip
        table.put(item)
    seconds = iter([60] * 4 + [20] * 100)
    tick(left=lambda: next(seconds))
    assert len(expo.requests) < 3


def test_devices_that_were_reached_are_not_pushed_to_again(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    """They are tried one by one because one is of another project, and Expo stops answering meanwhile."""
    tokens = [owner.device(name) for name in ("a", "b", "c")]
    name = owner.reminder()
    expo.foreign = {tokens[2]}

    accepted = expo.answer

    def answer(path: str, headers: dict[str, str], body: Any) -> Any:
        if len(expo.requests) == 2:
            expo.requests.append((path, headers, body))
            return None
        return accepted(path, headers, body)

    expo.answer = answer  # type: ignore[method-assign]
    tick()
    assert sent(owner[name])
    assert len(expo.tokens()) == 1
    tick(5)
    assert len(expo.tokens()) == 1
