"""Ten thousand reminders at once."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from handlers.common.attributes import wire_item
from handlers.common.dynamodb import Table
from handlers.common.http import HttpClient
from handlers.kefir.data.timestamps import iso
from handlers.kefir.push.expo import Expo, RateLimiter
from handlers.kefir.push.run import Push, run
from tests.handlers.kefir.conftest import TABLE
from tests.handlers.kefir.push.expo_server import ExpoServer

REMINDERS, USERS = 10_000, 1_000
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def fill(aws: Any) -> None:
    run_id = secrets.token_hex(4)
    items: list[dict[str, Any]] = []
    for user in range(USERS):
        pk = f"USER#{run_id}-{user}"
        token = f"ExponentPushToken[{run_id}-{user}]"
        items.append({"PK": pk, "SK": "DEVICE#d", "deviceId": "d", "platform": "ios", "token": token})
        items.append({"PK": pk, "SK": "BATCH#b", "batchId": "b", "name": "Lemon", "status": "active"})
        for number in range(REMINDERS // USERS):
            reminder_id = f"{user}-{number}"
            items.append({"PK": pk, "SK": f"REMINDER#{number}", "GSI1PK": "REMINDER#DUE", "GSI1SK": iso(NOW),
                          "reminderId": reminder_id, "userId": pk[5:], "batchId": "b", "scheduledTime": iso(NOW),
                          "message": "Look after it", "status": "pending"})  # fmt: skip
    client = aws("dynamodb")
    puts = [{"PutRequest": {"Item": wire_item(item)}} for item in items]
    with ThreadPoolExecutor(4) as pool:
        parts = [puts[start : start + 25] for start in range(0, len(puts), 25)]
        list(pool.map(lambda part: client.batch_write_item(RequestItems={TABLE: part}), parts))


def test_ten_thousand_are_sent_in_one_run(
    table: Table, aws: Any, expo: ExpoServer, due: None, operations: list[str]
) -> None:
    fill(aws)
    operations.clear()
    service = Expo(HttpClient(), expo.url, limiter=RateLimiter(1e9))
    found = run(Push(table, service, NOW, lambda: 60))
    assert found == REMINDERS
    assert Counter(message["data"]["reminderId"] for message in expo.messages) == dict.fromkeys(
        (f"{user}-{number}" for user in range(USERS) for number in range(REMINDERS // USERS)), 1
    )
    assert not list(table.pages("GSI1", "GSI1PK = :pk", {"pk": "REMINDER#DUE"}))
    calls = Counter(operations)
    requests = len(expo.requests)
    assert requests <= REMINDERS // 100 + 10
    assert calls["TransactWriteItems"] <= requests + 10
    assert calls["UpdateItem"] == calls["GetItem"] == 0


def test_messages_are_limited_to_a_rate() -> None:
    limiter = RateLimiter(1000)
    started = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(limiter.wait, [50] * 6))
    assert time.perf_counter() - started >= 0.25
