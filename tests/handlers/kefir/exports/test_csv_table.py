"""The exported table, byte for byte."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.kefir.exports.csv_table import cell, csv_table, flattened, javascript_number, to_javascript


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\uff1d1", '=HYPERLINK("http://x","y")', "-"]
)
def test_formulas_are_texts_for_spreadsheets_and_themselves_otherwise(text: str) -> None:
    rows = [("batch", {"name": text, "n": -5, "metadata": {"deep": text}, "list": [text]})]
    whole = flattened(rows[0][1])
    assert (whole["name"], whole["metadata.deep"], whole["n"]) == (text, text, "-5")
    assert cell(text) in csv_table(rows)
    (safe,) = list(csv.DictReader(io.StringIO(csv_table(rows, spreadsheet=True), newline="")))
    assert (safe["name"], safe["metadata.deep"], safe["n"]) == ("'" + text, "'" + text, "-5")
    assert safe["list"].startswith("[")


@given(st.text(max_size=20))
def test_no_text_begins_a_formula(text: str) -> None:
    table = csv_table([("batch", {"name": text})], spreadsheet=True)
    (row,) = list(csv.reader(io.StringIO(table, newline="")))[1:2]
    assert row[1].removeprefix("'") in (text, text.removeprefix("'"))
    assert row[1][:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


def test_the_rules_of_cells() -> None:
    rows = [
        ("batch", {"name": 'say "hi"', "n": 48, "f": 1.5, "yes": True, "no": False, "gone": None,
                   "list": [1, "é", {"a": None}]}),
        ("event", {"name": "a,b", "metadata": {"carbonation": "high", "in": {"deep": 1e21, "l": []}}, "text": "1\n2"}),
        ("event", {"name": " x\r;'", "metadata": {}, "f": -0.0}),
    ]  # fmt: skip
    assert csv_table(rows) == (
        "recordType,name,n,f,yes,no,gone,list,metadata.carbonation,metadata.in.deep,metadata.in.l,text\n"
        'batch,"say ""hi""",48,1.5,true,false,,"[1,""é"",{""a"":null}]",,,,\n'
        'event,"a,b",,,,,,,high,1e+21,[],"1\n2"\n'
        "event, x\r;',,0,,,,,,,,"
    )


NUMBERS = [0, -1, 1.5, 48.0, 1e20, 1e21, 123456789012345680000, 1.5e300, 5e-324, 1e-6, 1.5e-7, 0.1, -1e-7, 2**53, 1 / 3]
PRINTED = ["0", "-1", "1.5", "48", "100000000000000000000", "1e+21", "123456789012345680000", "1.5e+300", "5e-324",
           "0.000001", "1.5e-7", "0.1", "-1e-7", "9007199254740992", "0.3333333333333333"]  # fmt: skip


def test_numbers_as_javascript_prints_them() -> None:
    assert [javascript_number(each) for each in NUMBERS] == PRINTED


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_number_reads_back_equal(value: float) -> None:
    assert math.isclose(float(javascript_number(value)), value, rel_tol=0)


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_javascript_agrees() -> None:
    values = [*NUMBERS, 'é\u2028\x7f\x1f"\\/\n\t\b', [[], {}, {"a": [None, True]}], "\U0001f600"]
    program = "console.log(JSON.stringify(JSON.parse(require('fs').readFileSync(0)).map(v => JSON.stringify(v))))"
    done = subprocess.run(["node", "-e", program], input=json.dumps(values).encode(), capture_output=True, check=True)
    assert [to_javascript(value) for value in values] == json.loads(done.stdout)
