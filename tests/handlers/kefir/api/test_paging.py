"""Lists come in parts, each with the cursor of the next: bounded, in the documented order, without gaps"""

from __future__ import annotations

from typing import Any

import pytest

from handlers.common.dynamodb import Table
from handlers.kefir.batches.listing import entry
from tests.handlers.kefir.kefir_api import User, problems


def all_parts(user: User, route: str, members: str, **asked: Any) -> list[list[Any]]:
    """Every part of a list, by its cursors."""
    query, parts = dict(asked.pop("query", {})), []
    while True:
        answer = user.ask(route, query=query, **asked)
        assert answer.status == 200, answer.text
        assert answer.json["count"] == len(answer.json[members]) == len(answer.json["data"])
        parts.append(answer.json[members])
        if "nextCursor" not in answer.json:
            return parts
        query["cursor"] = answer.json["nextCursor"]


def brewed(user: User, table: Table, number: int, **more: Any) -> None:
    """Batches as they are stored, of which each second has the next one's time."""
    for each in range(number):
        made = f"2026-01-01T00:{each // 2 // 60:02d}:{each // 2 % 60:02d}.000Z"
        key = {"PK": f"USER#{user.id}", "SK": f"BATCH#{user.id}-{each}"}
        item = {**key, "batchId": f"{user.id}-{each}", "userId": user.id, "name": str(each), "stage": "stage1_open",
                "status": "active", "createdAt": made, **more}  # fmt: skip
        table.put(item)
        table.put(entry(item))


def test_batches_beyond_a_hundred_are_listed(alice: User, table: Table) -> None:
    brewed(alice, table, 130)
    parts = all_parts(alice, "GET /batches", "batches", query={"limit": "50"})
    assert [len(part) for part in parts] == [50, 50, 30]
    found = [batch["createdAt"] for part in parts for batch in part]
    assert found == sorted(found, reverse=True)
    assert len({batch["name"] for part in parts for batch in part}) == 130


@pytest.mark.parametrize("number", [49, 50, 51])
def test_the_last_part_says_that_it_is(alice: User, table: Table, number: int) -> None:
    brewed(alice, table, number)
    parts = all_parts(alice, "GET /batches", "batches")
    assert [len(part) for part in parts] == ([50, 1] if number == 51 else [number])


def test_a_filter_applies_before_the_limit_on_every_part(alice: User, table: Table) -> None:
    brewed(alice, table, 90)
    for name in ("3", "40", "88"):
        key = (f"USER#{alice.id}", f"BATCH#{alice.id}-{name}")
        table.update(key, "SET #status = :ready", {"ready": "ready"})
    parts = all_parts(alice, "GET /batches", "batches", query={"status": "ready", "limit": "2"})
    assert [[batch["name"] for batch in part] for part in parts] == [["88", "40"], ["3"]]


def test_a_batch_made_meanwhile_moves_nothing(alice: User, table: Table) -> None:
    brewed(alice, table, 6)
    first = alice.ask("GET /batches", query={"limit": "3"}).json
    alice.batch(name="new")
    second = alice.ask("GET /batches", query={"limit": "3", "cursor": first["nextCursor"]}).json
    names = [batch["name"] for batch in (*first["batches"], *second["batches"])]
    assert names == ["5", "4", "3", "2", "1", "0"]


def test_batches_from_before_there_were_entries(alice: User, table: Table, operations: list[str]) -> None:
    """Written directly, as seed data is, for a user whose row does not say that the list is complete."""
    alice.ask("GET /batches")
    table.update((f"USER#{alice.id}", f"USER#{alice.id}"), "REMOVE batchesListed", {})
    for number in range(120):
        key = {"PK": f"USER#{alice.id}", "SK": f"BATCH#{number}"}
        table.put(
            {**key, "batchId": str(number), "name": str(number), "createdAt": f"2026-01-01T00:00:00.{number:03d}Z"}
        )
    assert [len(part) for part in all_parts(alice, "GET /batches", "batches")] == [50, 50, 20]
    operations.clear()
    alice.ask("GET /batches")
    assert sorted(operations) == ["BatchGetItem", "GetItem", "Query"]


def test_a_part_fits_into_a_response(alice: User, table: Table) -> None:
    brewed(alice, table, 30, notes="n" * 300_000)
    parts = all_parts(alice, "GET /batches", "batches")
    assert [len(part) for part in parts] == [6] * 5
    batch_id = alice.batch()["batchId"]
    for number in range(20):
        body = {"type": "note", "description": str(number), "metadata": {"x": "y" * 290_000}}
        assert alice.ask("POST /batches/{id}/events", body, id=batch_id).status == 201
    events = all_parts(alice, "GET /batches/{id}/events", "events", id=batch_id)
    assert [len(part) for part in events] == [6, 6, 6, 2]


def test_events_are_bounded_and_go_on(alice: User, table: Table) -> None:
    batch_id = alice.batch()["batchId"]
    for number in range(25):
        when = f"2026-01-02T00:00:{number:02d}.000Z"
        key = {"PK": f"BATCH#{batch_id}", "SK": f"EVENT#{when}#e"}
        table.put({**key, "description": str(number), "timestamp": when})
    parts = all_parts(alice, "GET /batches/{id}/events", "events", query={"limit": "10"}, id=batch_id)
    assert [len(part) for part in parts] == [10, 10, 5]
    assert [event["description"] for part in parts for event in part] == [str(n) for n in range(24, -1, -1)]
    whole = alice.ask("GET /batches/{id}/events", query={"limit": "999999999"}, id=batch_id).json
    assert (whole["count"], "nextCursor" in whole) == (25, False)


@pytest.mark.parametrize("cursor", ["", "%", "é", "a", "x" * 2000, "_w"])
def test_cursors_that_are_none(alice: User, cursor: str) -> None:
    for route in ("GET /batches", "GET /batches/{id}/events"):
        answer = alice.ask(route, query={"cursor": cursor}, id=alice.batch()["batchId"])
        assert set(problems(answer)) == {"cursor"}


def test_a_cursor_leads_to_nobody_elses_batches(alice: User, bob: User, table: Table) -> None:
    brewed(alice, table, 4)
    cursor = alice.ask("GET /batches", query={"limit": "2"}).json["nextCursor"]
    assert bob.ask("GET /batches", query={"limit": "2", "cursor": cursor}).json["batches"] == []


@pytest.mark.parametrize("route", ["GET /me/reminders", "GET /reminders", "GET /batches/{id}/reminders"])
def test_reminders_come_in_parts_too(alice: User, table: Table, operations: list[str], route: str) -> None:
    batch_id = alice.batch(name="Lemon")["batchId"]
    for number in range(23):
        due = f"2126-01-01T00:00:{number // 2:02d}.000Z"
        key = {"PK": f"USER#{alice.id}", "SK": f"REMINDER#{number}"}
        table.put(
            {**key, "reminderId": f"{number:02d}", "batchId": batch_id, "scheduledTime": due, "status": "pending"}
        )
    parts = all_parts(alice, route, "reminders", query={"limit": "10"}, id=batch_id)
    assert [len(part) for part in parts] == [10, 10, 3]
    assert [each["reminderId"] for part in parts for each in part] == [f"{number:02d}" for number in range(23)]
    assert {each["batchName"] for each in alice.ask(route, id=batch_id).json["data"]} == {"Lemon"}
