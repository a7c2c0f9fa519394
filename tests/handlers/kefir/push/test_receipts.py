"""Receipts of messages that Expo accepted."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.common.dynamodb import Table
from tests.handlers.kefir.push.expo_server import ExpoServer
from tests.handlers.kefir.push.owners import Owner

GONE = {"status": "error", "message": "x", "details": {"error": "DeviceNotRegistered"}}


def waiting(table: Table) -> list[dict[str, Any]]:
    return list(table.pages("GSI1", "GSI1PK = :pk", {"pk": "RECEIPT#PENDING"}))


def asked(expo: ExpoServer) -> list[list[str]]:
    return [sorted(body["ids"]) for path, _, body in expo.requests if path.endswith("getReceipts")]


def test_receipts_are_requested_after_15_minutes(owner: Owner, expo: ExpoServer, tick: Any, table: Table) -> None:
    owner.device("1")
    owner.device("2")
    owner.reminder()
    tick()
    (row,) = waiting(table)
    assert sorted(row["tickets"]) == ["ticket-1", "ticket-2"]
    assert row["TTL"] > 0
    tick(14)
    assert asked(expo) == []
    expo.receipts = {"ticket-1": {"status": "ok"}, "ticket-2": GONE}
    tick(15)
    assert asked(expo) == [["ticket-1", "ticket-2"]]
    assert waiting(table) == []
    assert ["disabledAt" in owner[name] for name in ("1", "2")] == [False, True]
    tick(30)
    assert len(asked(expo)) == 1


def test_receipts_that_are_not_ready_are_requested_again(
    owner: Owner, expo: ExpoServer, tick: Any, table: Table
) -> None:
    owner.device("1")
    owner.device("2")
    owner.reminder()
    tick()
    expo.receipts = {"ticket-1": {"status": "ok"}}
    tick(20)
    tick(25)
    assert asked(expo) == [["ticket-1", "ticket-2"], ["ticket-2"]]
    tick(24 * 60)
    assert waiting(table) == []


@pytest.mark.parametrize("failures", [[(500, "x")] * 3, [(400, {"errors": []})], [(200, {"data": []})]])
def test_an_outage_does_not_lose_receipts(
    owner: Owner, expo: ExpoServer, tick: Any, table: Table, failures: Any
) -> None:
    owner.device("1")
    owner.reminder()
    tick()
    expo.failures = failures
    tick(20)
    assert len(waiting(table)) == 1
    expo.receipts = {"ticket-1": GONE}
    tick(25)
    assert waiting(table) == []
    assert "disabledAt" in owner["1"]


@pytest.mark.parametrize("error", ["MessageTooBig", "MismatchSenderId", "InvalidCredentials", "MessageRateExceeded"])
def test_other_errors_are_logged(owner: Owner, expo: ExpoServer, tick: Any, caplog: Any, error: str) -> None:
    owner.device("1")
    owner.reminder()
    tick()
    expo.receipts = {"ticket-1": {"status": "error", "details": {"error": error}}}
    tick(20)
    assert error in [record.__dict__.get("reason") for record in caplog.records if record.levelname == "ERROR"]
    assert "disabledAt" not in owner["1"]


def test_a_device_with_a_new_token_stays_enabled(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    owner.device("1")
    owner.reminder()
    tick()
    owner.device("1", token="ExponentPushToken[new]")
    expo.receipts = {"ticket-1": GONE}
    tick(20)
    assert "disabledAt" not in owner["1"]
