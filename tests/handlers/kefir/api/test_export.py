"""The export has everything of a user, in one response or behind a link."""

from __future__ import annotations

import csv
import io
import re
import urllib.request
from typing import Any

from tests.handlers.kefir.kefir_api import User, problems


def test_an_empty_export(alice: User) -> None:
    answer = alice.ask("GET /export.csv")
    assert (answer.status, answer.text) == (200, "recordType\n")
    assert answer.headers["Content-Type"] == "text/csv"
    assert re.fullmatch(r'attachment; filename="kefir-data-\d{13}\.csv"', answer.headers["Content-Disposition"])


def test_an_export_has_everything_of_a_user_in_order(alice: User, bob: User) -> None:
    bob.batch(name="not hers")
    old, new = alice.batch(name="old, first"), alice.batch(name="new", targetDuration=48.5)
    for time in ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"):
        body = {"type": "note", "description": time, "timestamp": time, "metadata": {"carbonation": [1]}}
        alice.ask("POST /batches/{id}/events", body, id=old["batchId"])
    alice.ask("POST /batches/{id}/events", {"type": "note", "description": "of the new"}, id=new["batchId"])
    due = {"reminders": [{"scheduledTime": "2126-01-01T00:00:00Z", "message": "look"}]}
    alice.ask("POST /batches/{id}/reminders/confirm", due, id=old["batchId"])
    alice.ask("POST /me/devices", {"deviceId": "d", "platform": "ios", "token": "t"})
    text = alice.ask("GET /export.csv").text
    assert not text.endswith("\n")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    found = [
        (row["recordType"], row["name"] or row["description"] or row["message"] or row["deviceId"]) for row in rows
    ]
    assert found == [
        ("batch", "new"),
        ("batch", "old, first"),
        ("event", "of the new"),
        ("event", "2026-01-02T00:00:00Z"),
        ("event", "2026-01-01T00:00:00Z"),
        ("reminder", "look"),
        ("device", "d"),
    ]
    assert text.startswith("recordType,")
    assert (rows[0]["targetDuration"], rows[0]["isPublic"], rows[0]["photoKeys"]) == ("48.5", "false", "[]")
    assert rows[3]["metadata.carbonation"] == "[1]"
    assert not {"PK", "SK", "GSI1PK", "GSI1SK"} & set(rows[0])


def test_the_app_downloads_the_export_by_a_link(alice: User) -> None:
    alice.batch(name="Crème")
    answer = alice.ask("POST /export/batches/csv")
    assert (answer.status, answer.json["success"], answer.json["message"]) == (200, True, "CSV export ready")
    assert f"/exports/{alice.id}/" in answer.json["data"]
    with urllib.request.urlopen(answer.json["data"], timeout=10) as got:
        assert got.read().decode() == alice.ask("GET /export.csv").text
        assert got.headers["Content-Type"].startswith("text/csv")


def test_an_export_for_spreadsheets(alice: User) -> None:
    alice.batch(name="=1+1")
    assert ",=1+1" in alice.ask("GET /export.csv").text
    assert ",'=1+1" in alice.ask("GET /export.csv", query={"spreadsheet": "true"}).text
    link = alice.ask("POST /export/batches/csv", query={"spreadsheet": "true"}).json["data"]
    with urllib.request.urlopen(link, timeout=10) as got:
        assert ",'=1+1" in got.read().decode()
    assert set(problems(alice.ask("GET /export.csv", query={"spreadsheet": "yes"}))) == {"spreadsheet"}


def test_an_export_too_large_for_one_response(alice: User, table: Any) -> None:
    batch = alice.batch()
    for place in range(16):
        key = {"PK": f"BATCH#{batch['batchId']}", "SK": f"EVENT#{place}"}
        table.put({**key, "type": "note", "description": "x" * 350_000})
    answer = alice.ask("GET /export.csv")
    assert (answer.status, answer.json["success"]) == (413, False)
    assert alice.ask("POST /export/batches/csv").status == 200
