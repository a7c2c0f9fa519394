"""The exported table, byte for byte."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shutil
import subprocess
import urllib.request
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.kefir.shared.csv_text import number, script, table
from tests.handlers.kefir.kefir_api import User


def test_nothing_at_all(alice: User) -> None:
    answer = alice.ask("GET /export.csv")
    assert (answer.status, answer.text) == (200, "recordType\n")
    assert answer.headers["Content-Type"] == "text/csv"
    assert re.fullmatch(r'attachment; filename="kefir-data-\d{13}\.csv"', answer.headers["Content-Disposition"])


def test_the_rules_of_cells() -> None:
    rows = [
        ("batch", {"name": 'say "hi"', "n": 48, "f": 1.5, "yes": True, "no": False, "gone": None,
                   "list": [1, "é", {"a": None}]}),
        ("event", {"name": "a,b", "metadata": {"carbonation": "high", "in": {"deep": 1e21, "l": []}}, "text": "1\n2"}),
        ("event", {"name": " x\r;'", "metadata": {}, "f": -0.0}),
    ]  # fmt: skip
    assert table(rows) == (
        "recordType,name,n,f,yes,no,gone,list,metadata.carbonation,metadata.in.deep,metadata.in.l,text\n"
        'batch,"say ""hi""",48,1.5,true,false,,"[1,""é"",{""a"":null}]",,,,\n'
        'event,"a,b",,,,,,,high,1e+21,[],"1\n2"\n'
        "event, x\r;',,0,,,,,,,,"
    )


NUMBERS = [0, -1, 1.5, 48.0, 1e20, 1e21, 123456789012345680000, 1.5e300, 5e-324, 1e-6, 1.5e-7, 0.1, -1e-7, 2**53, 1 / 3]
PRINTED = ["0", "-1", "1.5", "48", "100000000000000000000", "1e+21", "123456789012345680000", "1.5e+300", "5e-324",
           "0.000001", "1.5e-7", "0.1", "-1e-7", "9007199254740992", "0.3333333333333333"]  # fmt: skip


def test_numbers_as_javascript_prints_them() -> None:
    assert [number(each) for each in NUMBERS] == PRINTED


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_number_is_the_number(value: float) -> None:
    assert math.isclose(float(number(value)), value, rel_tol=0)


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_javascript_agrees() -> None:
    values = [*NUMBERS, 'é\u2028\x7f\x1f"\\/\n\t\b', [[], {}, {"a": [None, True]}], "\U0001f600"]
    program = "console.log(JSON.stringify(JSON.parse(require('fs').readFileSync(0)).map(v => JSON.stringify(v))))"
    done = subprocess.run(["node", "-e", program], input=json.dumps(values).encode(), capture_output=True, check=True)
    assert [script(value) for value in values] == json.loads(done.stdout)


def test_everything_of_a_user_in_its_order(alice: User, bob: User) -> None:
    bob.batch(name="not hers")
    old, new = alice.batch(name="old, first"), alice.batch(name="new", targetDuration=48.5)
    for moment in ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"):
        body = {"type": "note", "description": moment, "timestamp": moment, "metadata": {"carbonation": [1]}}
        alice.ask("POST /batches/{id}/events", body, id=old["batchId"])
    alice.ask("POST /batches/{id}/events", {"type": "note", "description": "of the new"}, id=new["batchId"])
    due = {"reminders": [{"scheduledTime": "2126-01-01T00:00:00Z", "message": "look"}]}
    alice.ask("POST /batches/{id}/reminders/confirm", due, id=old["batchId"])
    alice.ask("POST /me/devices", {"deviceId": "d", "platform": "ios", "token": "t"})
    text = alice.ask("GET /export.csv").text
    assert not text.endswith("\n")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    told = [(row["recordType"], row["name"] or row["description"] or row["message"] or row["deviceId"]) for row in rows]
    assert told == [
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


def test_the_app_fetches_it_by_a_link(alice: User) -> None:
    alice.batch(name="Crème")
    answer = alice.ask("POST /export/batches/csv")
    assert (answer.status, answer.json["success"], answer.json["message"]) == (200, True, "CSV export ready")
    assert f"/exports/{alice.id}/" in answer.json["data"]
    with urllib.request.urlopen(answer.json["data"], timeout=10) as got:
        assert got.read().decode() == alice.ask("GET /export.csv").text
        assert got.headers["Content-Type"].startswith("text/csv")


def test_what_is_too_much_for_one_answer(alice: User, table: Any) -> None:
    batch = alice.batch()
    for place in range(16):
        key = {"PK": f"BATCH#{batch['batchId']}", "SK": f"EVENT#{place}"}
        table.put({**key, "type": "note", "description": "x" * 350_000})
    answer = alice.ask("GET /export.csv")
    assert (answer.status, answer.json["success"]) == (413, False)
    assert alice.ask("POST /export/batches/csv").status == 200
