"""Does a table fit its terminal?"""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgops.cli.output.table import table
from pkgops.cli.output.terminal import fitted, plain, style
from tests.repository import ROOT

COLUMNS = ("Stack", "Output", "Value")
LONG = "arn:aws:dynamodb:us-east-1:000000000000:table/pkgwatch-packages-local/stream/2026-11-30T02:43:10.393Z"
ROWS = [("storage", "PackagesTableName", "packages"), ("storage", "PackagesTableStreamArn", LONG)]


def lines(rows, width, columns=COLUMNS):
    return plain(table(columns, rows, width)).splitlines()


def test_what_fits_is_left_alone():
    assert table(COLUMNS, ROWS, 200) == table(COLUMNS, ROWS)


def test_a_long_last_value_has_a_line_of_its_own():
    assert lines(ROWS, 80) == [
        "Stack    Output                  Value",
        "storage  PackagesTableName       packages",
        "storage  PackagesTableStreamArn",
        f"  {LONG}",
    ]


def test_one_long_value_does_not_widen_all():
    rows = [("a", "short", "x" * 20), ("b", "l" * 90, "y" * 20)]
    found = lines(rows, 80)
    assert found[1].startswith("a      short ")
    assert found[2].startswith("b      lll")
    assert "\N{HORIZONTAL ELLIPSIS}  yyy" in found[2]
    assert max(map(len, found)) <= 80


def test_columns_without_values_leave_their_room():
    rows = [("a", "x" * 40, None, "y" * 30), ("b", "x" * 40, "", "")]
    columns = ("Stack", "What", "Reason", "Then")
    assert lines(rows, 80, columns) == [
        f"Stack  {'What':40}  Then",
        f"a      {'x' * 40}  {'y' * 30}",
        f"b      {'x' * 40}  -",
    ]
    assert "Reason" in lines(rows, 200, columns)[0]


def test_below_60_characters_rows_are_records():
    assert lines(ROWS, 59) == [
        "Stack   storage",
        "Output  PackagesTableName",
        "Value   packages",
        "",
        "Stack   storage",
        "Output  PackagesTableStreamArn",
        "Value",
        f"  {LONG}",
    ]


def test_many_columns_that_cannot_fit_are_records():
    columns = tuple(f"Column{number}" for number in range(9))
    assert lines([tuple("v" * 30 for _ in columns)], 80, columns)[0] == f"Column0  {'v' * 30}"


WORDS = st.text("abcdefgh", min_size=1, max_size=20)


@given(st.lists(st.tuples(WORDS, WORDS, st.lists(WORDS, min_size=1, max_size=20).map(" ".join)), min_size=1), st.data())
def test_words_are_whole_and_lines_fit(rows, data):
    width = data.draw(st.integers(30, 120))
    found = lines(rows, width)
    assert max(map(len, found)) <= width
    assert {word for row in rows for word in row[2].split()} <= {word for line in found for word in line.split()}


@pytest.mark.parametrize("width", [40, 80])
def test_nothing_is_nothing(width):
    assert table(COLUMNS, [], width) == ""


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("one two three", 9, ["one two", "    three"]),
        (
            "  ~ Function  AWS::Lambda::Function  Code",
            25,
            ["  ~ Function", "      AWS::Lambda::Function", "      Code"],
        ),
        ("short\n\nlines", 10, ["short", "", "lines"]),
        ("x" * 30, 10, ["x" * 30]),
        ("one two", None, ["one two"]),
    ],
)
def test_lines_end_between_words(text, width, expected):
    assert fitted(text, width).splitlines() == expected


def test_colors_take_no_room():
    assert plain(fitted(style("red", "red") + " two", 8)) == "red two"


SCRIPT = f"""
from pkgops.cli.output.console import Console
from pkgops.cli.output.mode import OutputMode
console = Console(OutputMode())
console.print_table({COLUMNS!r}, {ROWS!r}, "")
console.print_message("a sentence that is longer than the terminal is wide, as some are")
"""


@pytest.mark.parametrize(("columns", "first"), [(80, "Stack    Output"), (50, "Stack   storage")])
def test_a_terminal_is_asked_how_wide_it_is(columns, first):
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, columns))
    clean = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    try:
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=ROOT,
            env=clean | {"NO_COLOR": "1"},
            stdout=follower,
            stderr=follower,
            timeout=120,
            check=True,
        )
        shown = os.read(leader, 10_000).decode().splitlines()
    finally:
        os.close(leader)
        os.close(follower)
    assert shown[0].startswith(first)
    assert max(len(line) for line in shown if LONG not in line) <= columns
    assert f"  {LONG}" in shown


def test_what_is_piped_stays_whole():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env={**os.environ, "COLUMNS": "40"}, capture_output=True, check=True
    )
    assert done.stdout.decode().splitlines() == plain(table(COLUMNS, ROWS)).splitlines()
