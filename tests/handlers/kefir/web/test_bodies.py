"""Bodies that are refused, and the errors they get."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.handlers.kefir.kefir_api import User, problems

CREATE = "POST /batches"
UPDATE = "PATCH /batches/{id}"
EVENT = "POST /batches/{id}/events"
CONFIRM = "POST /batches/{id}/reminders/confirm"
DEVICE = "POST /me/devices"
WITH_BODY = [CREATE, UPDATE, "PUT /batches/{id}", EVENT, CONFIRM, DEVICE, "POST /notifications/register",
             "POST /batches/{id}/photos/upload-url"]  # fmt: skip
OPTIONAL_BODY = ["POST /batches/{id}/photo/upload-url", "POST /batches/{id}/photo"]


@pytest.mark.parametrize("route", WITH_BODY)
@pytest.mark.parametrize("body", [None, ""])
def test_a_missing_body(alice: User, route: str, body: str | None) -> None:
    answer = alice.ask(route, body, id=alice.batch()["batchId"])
    assert problems(answer) == {"body": "Request body is required"}


@pytest.mark.parametrize("route", WITH_BODY + OPTIONAL_BODY)
@pytest.mark.parametrize("body", ["{", "\ufeff{}", "[" * 100_000, "{'a':1}", "nul", "[NaN]", b"\xff\xfe", '"\\ud800"'])
def test_a_body_that_is_not_json(alice: User, route: str, body: str | bytes) -> None:
    answer = alice.ask(route, body, id=alice.batch()["batchId"])
    assert problems(answer) == {"body": "Invalid JSON in request body"}


@pytest.mark.parametrize("route", WITH_BODY + OPTIONAL_BODY)
@pytest.mark.parametrize("body", ["[]", "null", "1", "1.5", '"x"', "true"])
def test_a_body_that_is_not_an_object(alice: User, route: str, body: str) -> None:
    assert set(problems(alice.ask(route, body, id=alice.batch()["batchId"]))) == {""}


GOOD = {"name": "x", "stage": "stage1_open"}
REMINDER = {"scheduledTime": "2030-01-01T00:00:00Z", "message": "x"}
WRONG = [
    (CREATE, {}, {"name": "Required", "stage": "Required"}),
    (CREATE, {"name": "", "stage": "stage1"}, {"name", "stage"}),
    (CREATE, {"name": "x" * 101, "stage": None, "isPublic": "yes"}, {"name", "stage", "isPublic"}),
    (CREATE, {"name": 5, "stage": "stage1_open", "temperature": "20"}, {"name", "temperature"}),
    (CREATE, {**GOOD, "targetDuration": 0.99}, {"targetDuration"}),
    (CREATE, {**GOOD, "targetDuration": True}, {"targetDuration"}),
    (CREATE, {**GOOD, "targetDuration": 720.5}, {"targetDuration"}),
    (CREATE, {**GOOD, "sugarAmount": 1001, "temperature": 9}, {"sugarAmount", "temperature"}),
    (CREATE, {**GOOD, "notes": "x" * 1001, "publicNote": "x" * 501}, {"notes", "publicNote"}),
    (CREATE, {**GOOD, "sugarType": "x" * 51, "notes": None}, {"sugarType", "notes"}),
    (UPDATE, {"status": "gone", "name": None}, {"status", "name"}),
    (EVENT, {}, {"type": "Required", "description": "Required"}),
    (EVENT, {"type": "party", "description": "x" * 1001, "metadata": []}, {"type", "description", "metadata"}),
    (EVENT, {"type": "note", "description": "", "metadata": None, "photoKey": 1}, {"metadata", "photoKey"}),
    (CONFIRM, {}, {"reminders": "Required"}),
    (CONFIRM, {"reminders": {}}, {"reminders"}),
    (CONFIRM, {"reminders": [1, {}]}, {"reminders.0", "reminders.1.scheduledTime", "reminders.1.message"}),
    (CONFIRM, {"reminders": [{**REMINDER, "message": "x" * 201}]}, {"reminders.0.message"}),
    (CONFIRM, {"reminders": [REMINDER] * 101}, {"reminders"}),
    (DEVICE, {}, {"deviceId": "Required", "platform": "Required", "token": "Required"}),
    (DEVICE, {"deviceId": "", "platform": "web", "token": ""}, {"deviceId", "platform", "token"}),
    (DEVICE, {"deviceId": "x" * 251, "platform": "ios", "token": "t", "deviceName": None}, {"deviceId", "deviceName"}),
]  # fmt: skip


@pytest.mark.parametrize(("route", "body", "expected"), WRONG)
def test_every_bad_field_is_named(alice: User, route: str, body: Any, expected: Any) -> None:
    found = problems(alice.ask(route, body, id=alice.batch()["batchId"]))
    assert set(found) == set(expected)
    if isinstance(expected, dict):
        assert found == expected
    assert all(found.values())


INVALID_TIMESTAMPS = ["2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05", "2026-01-02", "2026-02-30T00:00:00Z", "", 5,
           "2026-01-02T03:04:05.Z", "2026-01-02t03:04:05Z", "2026-01-02T24:00:00Z", "2026-01-02T03:60Z",
           "\u0662026-01-02T03:04:05Z", " 2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z\n"]  # fmt: skip


@pytest.mark.parametrize("timestamp", INVALID_TIMESTAMPS)
def test_invalid_timestamps(alice: User, timestamp: Any) -> None:
    body = {"name": "x", "stage": "stage1_open", "startDate": timestamp}
    assert set(problems(alice.ask(CREATE, body))) == {"startDate"}


@pytest.mark.parametrize("timestamp", ["2026-01-02T03:04Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456789Z"])
def test_valid_timestamps(alice: User, timestamp: str) -> None:
    assert alice.batch(startDate=timestamp)["startDate"] == timestamp


DEEP: dict[str, Any] = {}
for _ in range(28):
    DEEP = {"a": DEEP}


@pytest.mark.parametrize(
    "metadata",
    [DEEP, {"a": 1e126}, {"a": [int("9" * 200)]}, {"a": 1e-200}, {"": 1}, {"a": "x" * 300_001}],
    ids=["too deep", "too large", "too many digits", "too small", "no name", "too long"],
)
def test_documents_that_cannot_be_stored(alice: User, metadata: Any) -> None:
    body = {"type": "note", "description": "x", "metadata": metadata}
    assert set(problems(alice.ask(EVENT, body, id=alice.batch()["batchId"]))) == {"metadata"}


def test_a_document_that_can_be_stored(alice: User) -> None:
    metadata = {"a": [1, 1.5, True, None, "é", {"b.c": []}], "n": 1e60, "d": DEEP["a"]["a"], "e": {}}
    body = {"type": "note", "description": "x", "metadata": metadata}
    answer = alice.ask(EVENT, body, id=alice.batch()["batchId"])
    assert answer.json["event"]["metadata"] == metadata


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
JSON = st.recursive(
    SCALARS, lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=8), each, max_size=4)
)
FIELDS = {
    CREATE: ["name", "stage", "startDate", "targetDuration", "temperature", "sugarAmount", "notes", "isPublic",
             "waterVolumeMl", "fruits", "sugarGrams", "temperatureC", "targetHoursStage1"],
    UPDATE: ["name", "stage", "status", "targetDuration", "fruits", "bottleCount", "startTimeStage2", "publicNote"],
    EVENT: ["type", "description", "timestamp", "metadata", "photoKey"],
    CONFIRM: ["reminders"],
    DEVICE: ["deviceId", "platform", "token", "deviceName", "appVersion"],
    "POST /batches/{id}/photo/upload-url": ["filename", "contentType"],
    "POST /batches/{id}/photo": ["photoKey"],
    "POST /batches/{id}/photos/upload-url": ["fileName", "fileType"],
    "POST /notifications/register": ["deviceId", "platform", "token"],
    "DELETE /photos": ["photoUrl"],
    "POST /auth/login": ["email"],
    "POST /auth/verify": ["email", "code", "otp", "session"],
}  # fmt: skip
LIKELY = st.sampled_from(["stage1_open", "active", "note", "ios", "2030-01-01T00:00:00Z", "123456", "a", 5, 20.5, True])


def bodies(route: str) -> st.SearchStrategy[Any]:
    fields = st.dictionaries(st.sampled_from(FIELDS[route]), LIKELY | JSON)
    entries = st.fixed_dictionaries({"reminders": st.lists(st.dictionaries(
        st.sampled_from(["scheduledTime", "message", "type"]), LIKELY | JSON) | JSON, max_size=3)})  # fmt: skip
    return (fields | entries | JSON) if route == CONFIRM else fields | JSON


@pytest.fixture
def batch_id(alice: User) -> str:
    return str(alice.batch()["batchId"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("route", FIELDS)
def test_any_body_is_accepted_or_refused_as_documented(alice: User, batch_id: str, route: str, data: Any) -> None:
    body = json.dumps(data.draw(bodies(route)))
    answer = alice.ask(route, body, id=batch_id)
    assert answer.status in {200, 201, 400, 401, 403, 404}, (body, answer.text)
    assert answer.json["success"] is (answer.status < 300)
    if answer.status == 400 and answer.json["error"].startswith("{"):
        assert problems(answer)
