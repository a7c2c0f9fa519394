"""Events of batches."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.handlers.kefir.kefir_api import User, problems

CREATE, LIST, DELETE = (
    "POST /batches/{id}/events",
    "GET /batches/{id}/events",
    "DELETE /batches/{id}/events/{timestamp}",
)


def note(user: User, batch_id: str, description: str, **more: Any) -> dict[str, Any]:
    answer = user.ask(CREATE, {"type": "note", "description": description, **more}, id=batch_id)
    assert answer.status == 201, answer.text
    return dict(answer.json["event"])


def listed(user: User, batch_id: str, **query: str) -> list[str]:
    answer = user.ask(LIST, id=batch_id, query=query).json
    assert answer["count"] == len(answer["events"])
    return [event["description"] for event in answer["events"]]


def test_an_event_is_stored_as_documented(alice: User, table: Any) -> None:
    batch_id = alice.batch()["batchId"]
    sent = {"timestamp": "2026-01-02T03:04:05Z", "metadata": {"ph": {"value": 3.5}}, "photoKey": "k"}
    event = note(alice, batch_id, "", **sent)
    made = {"createdAt": event["createdAt"], "updatedAt": event["createdAt"], "eventId": event["eventId"]}
    assert uuid.UUID(event["eventId"]).version == 4
    assert event == {"batchId": batch_id, "userId": alice.id, "type": "note", "description": "", **sent, **made}
    key = (f"BATCH#{batch_id}", f"EVENT#2026-01-02T03:04:05.000Z#{event['eventId']}")
    assert table.get(key) == {"PK": key[0], "SK": key[1], **event}


def test_events_are_listed_newest_first_in_any_spelling_of_time(alice: User) -> None:
    batch_id = alice.batch()["batchId"]
    for time in ("2026-01-01T00:00:01Z", "2026-01-01T00:00:00.500Z", "2026-01-01T00:00Z", "2026-01-01T00:00:00.25Z"):
        note(alice, batch_id, time, timestamp=time)
    assert listed(alice, batch_id) == [
        "2026-01-01T00:00:01Z",
        "2026-01-01T00:00:00.500Z",
        "2026-01-01T00:00:00.25Z",
        "2026-01-01T00:00Z",
    ]
    assert listed(alice, batch_id, limit="1") == ["2026-01-01T00:00:01Z"]


@pytest.mark.parametrize("limit", ["0", "x", "-1", "1.5", ""])
def test_invalid_limits(alice: User, limit: str) -> None:
    assert set(problems(alice.ask(LIST, id=alice.batch()["batchId"], query={"limit": limit}))) == {"limit"}


def test_events_of_the_same_time_do_not_overwrite_each_other(alice: User, at_once: Any) -> None:
    batch_id = alice.batch()["batchId"]
    time = "2026-01-01T00:00:00Z"
    at_once(lambda number: note(alice, batch_id, str(number), timestamp=time), 8)
    assert sorted(listed(alice, batch_id)) == sorted(map(str, range(8)))


@pytest.mark.parametrize("named", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00Z"])
def test_all_events_of_a_millisecond_are_deleted(alice: User, named: str) -> None:
    batch_id = alice.batch()["batchId"]
    for time in ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z", "2026-01-01T00:00:00Z"):
        note(alice, batch_id, time, timestamp=time)
    for _ in range(2):
        answer = alice.ask(DELETE, id=batch_id, timestamp=named)
        assert (answer.status, answer.json["message"]) == (200, "Event deleted successfully")
        assert listed(alice, batch_id) == ["2026-01-01T00:00:00.001Z"]


@pytest.mark.parametrize("named", ["x", "", "2026", "%", "2026-01-01T00:00:00.001Z#"])
def test_deleting_events_that_do_not_exist(alice: User, named: str) -> None:
    batch_id = alice.batch()["batchId"]
    note(alice, batch_id, "stays")
    assert alice.ask(DELETE, id=batch_id, timestamp=named).status == 200
    assert listed(alice, batch_id) == ["stays"]
