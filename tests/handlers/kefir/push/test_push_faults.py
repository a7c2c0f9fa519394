"""Due reminders when devices, tokens or Expo fail."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.common.dynamodb import Table
from tests.handlers.kefir.push.expo_server import ExpoServer, refusal
from tests.handlers.kefir.push.owners import Owner, pending, sent

GONE = {"details": {"error": "DeviceNotRegistered"}}


def test_an_unregistered_device_is_disabled(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    expo.faults[owner.device("gone")] = GONE
    kept = owner.device("kept")
    name = owner.reminder()
    tick()
    assert sent(owner[name])
    assert "delivery" not in owner[name]
    assert (owner["gone"]["lastError"], bool(owner["gone"]["disabledAt"])) == ("DeviceNotRegistered", True)
    assert "disabledAt" not in owner["kept"]
    owner.reminder()
    tick()
    assert expo.tokens() == [kept, kept]


def test_a_reminder_whose_devices_are_all_unregistered(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    expo.faults[owner.device()] = GONE
    name = owner.reminder()
    tick()
    assert sent(owner[name])
    assert owner[name]["delivery"] == "no_devices"


def test_an_error_of_a_ticket_is_retried(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    token = owner.device()
    expo.faults[token] = {"details": {"error": "MessageRateExceeded"}}
    name = owner.reminder()
    tick()
    assert pending(owner[name])
    assert (owner[name]["attempts"], owner[name]["lastError"]) == (1, "MessageRateExceeded")
    expo.faults.clear()
    tick(5)
    assert sent(owner[name])


@pytest.mark.parametrize(
    "failure",
    [
        (429, {"errors": [{"code": "TOO_MANY_REQUESTS"}]}),
        (503, ""),
        (401, {"errors": []}),
    ],
    ids=str,
)
def test_an_outage_is_survived(owner: Owner, expo: ExpoServer, tick: Any, failure: Any) -> None:
    owner.device()
    name = owner.reminder()
    expo.failures = [failure, failure]
    tick()
    assert sent(owner[name])
    assert len(expo.requests) == 3
    other = owner.reminder()
    expo.failures = [failure] * 3
    tick(15)
    assert pending(owner[other])
    assert owner[other]["attempts"] == 1
    assert owner[other]["lastError"]
    expo.failures = []
    tick(20)
    assert sent(owner[other])


def test_a_reminder_is_given_up_after_ten_attempts(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    expo.faults[owner.device()] = {"details": {"error": "MessageTooBig"}}
    name = owner.reminder()
    for number in range(1, 10):
        tick(number)
        assert owner[name]["attempts"] == number
        assert pending(owner[name])
    tick(11)
    given_up = owner[name]
    assert (given_up["attempts"], given_up["lastError"], given_up["delivery"]) == (10, "MessageTooBig", "failed")
    assert "GSI1PK" not in given_up
    assert tick(12) == 0


def test_a_reminder_is_given_up_after_a_day(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    token = owner.device()
    expo.faults[token] = {"details": {"error": "MessageTooBig"}}
    late, in_time = owner.reminder(-24 * 60), owner.reminder(-24 * 60 + 1)
    tick()
    assert "GSI1PK" not in owner[late]
    assert pending(owner[in_time])
    expo.faults.clear()
    very_late = owner.reminder(-48 * 60)
    tick()
    assert sent(owner[very_late])


def test_an_invalid_token_does_not_block_the_reminders_of_others(expo: ExpoServer, tick: Any, table: Table) -> None:
    owners = [Owner(table) for _ in range(40)]
    names = []
    for each in owners:
        each.batch()
        each.device()
        names.append(each.reminder())
    expo.foreign = {owners[7].device()}
    also = owners[9].device("mine"), owners[9].device("foreign")
    expo.foreign.add(also[1])
    tick()
    assert all(sent(each[name]) for each, name in zip(owners, names, strict=True))
    assert len(expo.tokens()) == 42


def test_a_refusal_by_expo_counts_as_an_attempt(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    owner.device()
    name = owner.reminder()
    expo.failures = [refusal("VALIDATION_ERROR")]
    tick()
    assert (owner[name]["attempts"], owner[name]["lastError"]) == (1, "HTTP 400 VALIDATION_ERROR")
