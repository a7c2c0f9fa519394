"""The app's own vocabulary for batches."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.handlers.kefir.kefir_api import User, problems

FORM = {
    "waterVolumeMl": 1000,
    "sugarGrams": 2000,
    "fruits": ["lemon", "ginger"],
    "temperatureC": 24,
    "targetHoursStage1": 0.5,
    "notes": "first",
}
UPDATE = "PATCH /batches/{id}"


def test_the_form_creates_a_batch_and_its_reminder(alice: User) -> None:
    answer = alice.ask("POST /batches", FORM)
    assert (answer.status, answer.json["message"]) == (201, "Batch created successfully")
    batch = answer.json["data"]
    native = {"name": "lemon & ginger Kefir", "stage": "stage1_open", "temperature": 24, "sugarAmount": 2000,
              "targetDuration": 0.5}  # fmt: skip
    app = {"status": "stage1", "photos": [], "startTime": batch["startDate"]}
    assert batch == {**batch, **FORM, **native, **app}
    assert answer.json["batch"]["status"] == "active"
    (reminder,) = alice.ask("GET /batches/{id}/reminders", id=batch["id"]).json["data"]
    due = datetime.fromisoformat(batch["startTime"]) + timedelta(hours=0.5)
    assert datetime.fromisoformat(reminder["dueAt"]) == due
    shown = {"type": "stage1_check", "batchName": batch["name"], "completed": False, "notificationSent": False}
    assert reminder == {**reminder, **shown}


@pytest.mark.parametrize(
    ("change", "path"),
    [({"waterVolumeMl": 0}, "waterVolumeMl"), ({"waterVolumeMl": 50_001}, "waterVolumeMl"),
     ({"sugarGrams": 10_000.5}, "sugarGrams"), ({"fruits": []}, "fruits"), ({"fruits": "lemon"}, "fruits"),
     ({"fruits": ["a", 5]}, "fruits.1"), ({"temperatureC": 14}, "temperatureC"), ({"temperatureC": 36}, "temperatureC"),
     ({"targetHoursStage1": 0}, "targetHoursStage1"), ({"targetHoursStage1": 721}, "targetHoursStage1"),
     ({"notes": None}, "notes")],
)  # fmt: skip
def test_the_limits_of_the_form(alice: User, change: dict[str, Any], path: str) -> None:
    assert set(problems(alice.ask("POST /batches", {**FORM, **change}))) == {path}


def test_missing_fields_of_the_form(alice: User) -> None:
    found = problems(alice.ask("POST /batches", {"fruits": ["a"]}))
    assert set(found) == set(FORM) - {"fruits", "notes"}
    assert set(found.values()) == {"Required"}
    assert set(problems(alice.ask("POST /batches", {**FORM, "stage": "stage1_open"}))) == {"name"}


@pytest.mark.parametrize(
    ("word", "stage", "status"),
    [("stage1", "stage1_open", "active"), ("stage2", "stage2_bottled", "active"),
     ("bottled", "stage1_open", "in_fridge"), ("completed", "stage1_open", "archived")],
)  # fmt: skip
def test_the_apps_status_words(alice: User, word: str, stage: str, status: str) -> None:
    batch = alice.ask("POST /batches", FORM).json["data"]
    answer = alice.ask(UPDATE, {"status": word}, id=batch["id"])
    assert (answer.json["data"]["status"], answer.json["message"]) == (word, "Batch updated successfully")
    assert (answer.json["batch"]["stage"], answer.json["batch"]["status"]) == (stage, status)
    found = alice.ask("GET /batches", query={"status": word}).json["data"]
    assert [each["id"] for each in found] == [batch["id"]]
    others = {"stage1", "stage2", "bottled", "completed"} - {word}
    assert not any(alice.ask("GET /batches", query={"status": other}).json["count"] for other in others)


def test_the_second_stage_has_its_own_duration(alice: User) -> None:
    batch_id = alice.ask("POST /batches", FORM).json["data"]["id"]
    sent = {"status": "stage2", "targetHoursStage2": 24, "bottleCount": 3, "startTimeStage2": "2026-01-01T00:00Z"}
    batch = alice.ask(UPDATE, sent, id=batch_id).json["data"]
    assert batch == {**batch, **sent, "targetHoursStage1": 0.5, "targetDuration": 24}
    changed = alice.ask(UPDATE, {"targetHoursStage1": 10, "sugarGrams": 5}, id=batch_id).json["data"]
    assert (changed["targetHoursStage1"], changed["targetDuration"], changed["sugarAmount"]) == (10, 24, 5)


def test_a_documented_batch_keeps_the_duration_of_its_first_stage(alice: User) -> None:
    batch_id = alice.batch(targetDuration=48)["batchId"]
    alice.ask(UPDATE, {"stage": "stage2_bottled", "targetDuration": 24}, id=batch_id)
    batch = alice.ask("GET /batches/{id}", id=batch_id).json["data"]
    assert (batch["targetHoursStage1"], batch["targetHoursStage2"]) == (48, 24)


def test_a_documented_update_shows_in_the_apps_fields(alice: User) -> None:
    batch_id = alice.ask("POST /batches", FORM).json["data"]["id"]
    batch = alice.ask("PUT /batches/{id}", {"temperature": 30, "sugarAmount": 7, "targetDuration": 9}, id=batch_id).json
    assert [batch["data"][name] for name in ("temperatureC", "sugarGrams", "targetHoursStage1")] == [30, 7, 9]
