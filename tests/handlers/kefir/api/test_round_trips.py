"""The number of calls to the table over much data."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from handlers.common.attributes import wire_item
from handlers.kefir.batches.listing import entry
from tests.handlers.kefir.conftest import TABLE
from tests.handlers.kefir.kefir_api import User

BATCHES, EVENTS = 1000, 10  # of each batch


@pytest.fixture(scope="module")
def diary(environment: Any, aws: Any) -> User:
    """A user with a thousand batches and ten thousand events."""
    user = User()
    items = []
    for number in range(BATCHES):
        batch_id = f"{user.id}-{number}"
        stamp = f"2026-01-01T00:{number // 60:02d}:{number % 60:02d}.000Z"
        batch = {
            "PK": f"USER#{user.id}", "SK": f"BATCH#{batch_id}",
            "GSI1PK": f"BATCH#{batch_id}", "GSI1SK": f"USER#{user.id}",
            "batchId": batch_id, "userId": user.id, "name": f"Kefir {number}",
            "stage": "stage1_open", "status": "active", "startDate": stamp,
            "targetDuration": 48, "isPublic": False, "photoKeys": [], "notes": "n" * 200,
            "createdAt": stamp, "updatedAt": stamp,
        }  # fmt: skip
        items += [batch, entry(batch)]
        for event in range(EVENTS):
            when = f"2026-01-02T00:00:0{event}.000Z"
            key = {"PK": f"BATCH#{batch_id}", "SK": f"EVENT#{when}#e"}
            items.append({**key, "eventId": "e", "batchId": batch_id, "userId": user.id, "type": "note",
                          "description": f"event {event}", "timestamp": when, "createdAt": when})  # fmt: skip
    client = aws("dynamodb")
    puts = [{"PutRequest": {"Item": wire_item(item)}} for item in items]
    with ThreadPoolExecutor(4) as pool:
        parts = [puts[start : start + 25] for start in range(0, len(puts), 25)]
        list(pool.map(lambda part: client.batch_write_item(RequestItems={TABLE: part}), parts))
    return user


def test_a_list_is_one_query_and_one_batch(diary: User, operations: list[str]) -> None:
    diary.ask("GET /batches")
    operations.clear()
    answer = diary.ask("GET /batches", query={"limit": "100"})
    assert [batch["name"] for batch in answer.json["batches"]] == [f"Kefir {n}" for n in range(999, 899, -1)]
    assert Counter(operations) == {"GetItem": 1, "Query": 1, "BatchGetItem": 1}
    operations.clear()
    assert diary.ask("GET /reminders").json["count"] == 0
    assert Counter(operations) == {"GetItem": 1, "Query": 1}


def test_an_export_makes_one_query_a_batch(diary: User, operations: list[str]) -> None:
    operations.clear()
    answer = diary.ask("GET /export.csv")
    assert answer.status == 200
    assert answer.text.count("\n") == BATCHES * (1 + EVENTS)
    assert Counter(operations) == {"GetItem": 1, "Query": BATCHES + 3}
