"""Reminders: suggested, confirmed, listed, cancelled, completed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.handlers.kefir.kefir_api import User, problems

CONFIRM = "POST /batches/{id}/reminders/confirm"


def in_hours(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds").replace("+00:00", "Z")


def confirm(user: User, batch_id: str, *times: str, **more: Any) -> list[dict[str, Any]]:
    entries = [{"scheduledTime": time, "message": f"at {time}", **more} for time in times]
    answer = user.ask(CONFIRM, {"reminders": entries}, id=batch_id)
    assert answer.status == 201, answer.text
    assert answer.json["count"] == len(answer.json["reminders"]) == len(times)
    return list(answer.json["reminders"])


def test_suggestions_of_a_batch(alice: User) -> None:
    batch = alice.batch(startDate="9999-12-31T00:00Z", targetDuration=720)
    found = alice.ask("GET /batches/{id}/reminders/suggestions", id=batch["batchId"]).json["suggestions"]
    assert [each["suggestedTime"] for each in found] == ["9999-12-31T23:59:59.999Z"] * 2
    assert found[0]["message"] == "Check your kefir batch (halfway point)"


def test_a_confirmed_reminder_is_in_the_processors_index(alice: User, table: Any) -> None:
    batch_id, time = alice.batch()["batchId"], in_hours(2)
    (made,) = confirm(alice, batch_id, time, type="stage1_check")
    documented = {
        "reminderId": made["reminderId"],
        "userId": alice.id,
        "batchId": batch_id,
        "scheduledTime": time,
        "message": f"at {time}",
        "type": "stage1_check",
        "status": "pending",
        "createdAt": made["createdAt"],
        "updatedAt": made["createdAt"],
    }
    assert made == documented
    keys = {"PK": f"USER#{alice.id}", "SK": f"REMINDER#{made['reminderId']}"}
    index = {"GSI1PK": "REMINDER#DUE", "GSI1SK": time.replace("Z", ".000Z")}
    assert table.get((keys["PK"], keys["SK"])) == documented | keys | index


def test_an_empty_list_of_reminders(alice: User) -> None:
    assert confirm(alice, alice.batch()["batchId"]) == []


def test_one_time_in_the_past_refuses_all_reminders(alice: User) -> None:
    batch_id = alice.batch()["batchId"]
    for over in (in_hours(-1), in_hours(0)):
        entries = [{"scheduledTime": time, "message": "x"} for time in (in_hours(1), over)]
        answer = alice.ask(CONFIRM, {"reminders": entries}, id=batch_id)
        assert (answer.status, answer.json["error"]) == (400, "Scheduled time must be in the future")
    assert alice.ask("GET /me/reminders", query={"includeAll": "true"}).json["count"] == 0


def test_own_reminders_are_the_pending_ones_unless_all_are_requested(alice: User, bob: User, table: Any) -> None:
    batch = alice.batch(name="Lemon")
    late, soon = confirm(alice, batch["batchId"], in_hours(5), in_hours(1))
    key = (f"USER#{alice.id}", f"REMINDER#{soon['reminderId']}")
    over = {**table.get(key), "SK": "REMINDER#over", "reminderId": "over", "scheduledTime": in_hours(-1)}
    table.put(over)
    assert [each["reminderId"] for each in alice.ask("GET /me/reminders").json["reminders"]] == [
        soon["reminderId"],
        late["reminderId"],
    ]
    everything = alice.ask("GET /me/reminders", query={"includeAll": "true"}).json
    assert [each["reminderId"] for each in everything["reminders"]] == ["over", soon["reminderId"], late["reminderId"]]
    assert {each["batchName"] for each in everything["data"]} == {"Lemon"}
    assert alice.ask("GET /me/reminders", query={"includeAll": "TRUE"}).json["count"] == 2
    assert bob.ask("GET /me/reminders", query={"includeAll": "true"}).json["count"] == 0


def test_a_reminder_is_cancelled(alice: User, bob: User, table: Any) -> None:
    (made,) = confirm(alice, alice.batch()["batchId"], in_hours(1))
    for user, name in ((bob, made["reminderId"]), (alice, "none"), (alice, "x" * 2000)):
        answer = user.ask("DELETE /me/reminders/{id}", id=name)
        assert (answer.status, answer.json["error"]) == (404, "Reminder not found")
    answer = alice.ask("DELETE /me/reminders/{id}", id=made["reminderId"])
    assert (answer.status, answer.json["message"]) == (200, "Reminder cancelled successfully")
    kept = table.get((f"USER#{alice.id}", f"REMINDER#{made['reminderId']}"))
    assert kept["status"] == "cancelled"
    assert not {"GSI1PK", "GSI1SK"} & set(kept)
    assert alice.ask("GET /me/reminders").json["count"] == 0
    assert alice.ask("GET /reminders").json["count"] == 0


def test_the_app_completes_a_reminder(alice: User, bob: User, table: Any) -> None:
    batch = alice.batch(name="Lemon")
    first, second = confirm(alice, batch["batchId"], in_hours(1), in_hours(2))
    assert bob.ask("POST /reminders/{id}/complete", id=first["reminderId"]).status == 404
    answer = alice.ask("POST /reminders/{id}/complete", id=first["reminderId"])
    assert (answer.status, answer.json["message"]) == (200, "Reminder marked as complete")
    done = answer.json["data"]
    assert (done["completed"], done["notificationSent"], done["batchName"]) == (True, False, "Lemon")
    assert (done["dueAt"], done["type"], done["completedAt"]) == (
        first["scheduledTime"],
        "stage1_check",
        done["updatedAt"],
    )
    assert "GSI1PK" not in table.get((f"USER#{alice.id}", f"REMINDER#{first['reminderId']}"))
    for query, expected in (
        ({}, [first, second]),
        ({"completed": "true"}, [first]),
        ({"completed": "false"}, [second]),
    ):
        found = alice.ask("GET /reminders", query=query).json["data"]
        assert [each["id"] for each in found] == [each["reminderId"] for each in expected]
    assert set(problems(alice.ask("GET /reminders", query={"completed": "maybe"}))) == {"completed"}
    assert alice.ask("GET /batches/{id}/reminders", id=batch["batchId"]).json["count"] == 2
    assert alice.ask("GET /batches/{id}/reminders", id=alice.batch()["batchId"]).json["count"] == 0


def test_a_sent_reminder_stays_sent_when_it_is_completed(alice: User, table: Any) -> None:
    (made,) = confirm(alice, alice.batch()["batchId"], in_hours(1))
    key = (f"USER#{alice.id}", f"REMINDER#{made['reminderId']}")
    table.update(key, "SET #status = :sent REMOVE GSI1PK, GSI1SK", {"sent": "sent"})
    assert alice.ask("POST /reminders/{id}/complete", id=made["reminderId"]).json["data"]["notificationSent"] is True


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("status", ["archived", "completed"])
def test_archiving_by_a_change_cancels_reminders_too(alice: User, method: str, status: str) -> None:
    batch_id, kept = alice.batch()["batchId"], alice.batch()["batchId"]
    confirm(alice, batch_id, in_hours(1), in_hours(2))
    (other,) = confirm(alice, kept, in_hours(3))
    assert alice.ask(f"{method} /batches/{{id}}", {"status": "ready"}, id=batch_id).status == 200
    assert alice.ask("GET /me/reminders").json["count"] == 3
    assert alice.ask(f"{method} /batches/{{id}}", {"status": status}, id=batch_id).status == 200
    left = alice.ask("GET /me/reminders").json["reminders"]
    assert [each["reminderId"] for each in left] == [other["reminderId"]]


def test_archiving_a_batch_cancels_its_reminders(alice: User) -> None:
    gone, stays = alice.batch()["batchId"], alice.batch()["batchId"]
    confirm(alice, gone, in_hours(1), in_hours(2))
    (kept,) = confirm(alice, stays, in_hours(3))
    alice.ask("DELETE /batches/{id}", id=gone)
    assert [each["reminderId"] for each in alice.ask("GET /me/reminders").json["reminders"]] == [kept["reminderId"]]


@pytest.mark.parametrize("number", [100])
def test_a_hundred_reminders_in_one_transaction(alice: User, operations: list[str], number: int) -> None:
    batch_id = alice.batch()["batchId"]
    operations.clear()
    confirm(alice, batch_id, *[in_hours(1)] * number)
    assert sorted(operations) == ["GetItem", "GetItem", "TransactWriteItems"]
