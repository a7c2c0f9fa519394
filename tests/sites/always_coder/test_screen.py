"""What a terminal's output looks like."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.browser

LINES = """(() => {
    const shown = new screen.Screen(10, 4);
    for (const part of given) typeof part === "string" ? shown.write(part) : shown.resize(...part);
    const texts = shown.lines.map(line => line.map(cell => cell.text).join("").trimEnd());
    return {lines: texts, x: shown.x, y: shown.y, history: shown.history.length, modes: [...shown.modes],
            styles: shown.lines[0].slice(0, 3).map(cell => cell.style), sizes: shown.lines.map(line => line.length)};
})()"""
ESC = "\x1b["


def lines(run, *parts):
    return run("screen", LINES, list(parts))["lines"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\r\ntwo", ["one", "two", "", ""]),
        ("0123456789ab", ["0123456789", "ab", "", ""]),
        ("1\r\n2\r\n3\r\n4\r\n5", ["2", "3", "4", "5"]),
        ("abc\b\bX\tY", ["aXc     Y", "", "", ""]),
        (f"abc{ESC}2D{ESC}K", ["a", "", "", ""]),
        (f"abc\r\n{ESC}1;2H{ESC}1K", ["  c", "", "", ""]),
        (f"ab\r\ncd{ESC}2J", ["", "", "", ""]),
        (f"abcdef{ESC}1;2H{ESC}2P{ESC}@", ["a def", "", "", ""]),
        (f"1\r\n2\r\n3{ESC}2;1H{ESC}L", ["1", "", "2", "3"]),
        (f"1\r\n2\r\n3{ESC}1;1H{ESC}M", ["2", "3", "", ""]),
        (f"{ESC}1;2r1\r\n2\r\n3", ["2", "3", "", ""]),
        (f"main{ESC}?1049hother{ESC}?1049l", ["main", "", "", ""]),
        ("日本x", ["日本x", "", "", ""]),
        ("e\u0301a", ["e\u0301a", "", "", ""]),
        ("a\x1b]0;title\x07b\x1b]8;;http://x\x1b\\c\x1bPq\x1b\\d", ["abcd", "", "", ""]),
        ("a\u202eb\u0000\u200fc\u009b2Jd", ["abc2Jd", "", "", ""]),
        (f"a{ESC}6nb{ESC}>cc\x1b(0d", ["abcd", "", "", ""]),
        (f"a{ESC}1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18mb{ESC}999999999Cc", ["ab       c", "", "", ""]),
    ],
)
def test_commands_do_what_terminals_do(run, text, expected):
    assert lines(run, text) == expected
    assert lines(run, *text) == expected  # whatever the pieces are that it comes in


def test_a_letter_of_two_halves_may_come_in_two_pieces(run):
    assert lines(run, "a\ud83d", "\ude42b") == ["a🙂b", "", "", ""]


def test_colours_and_weights(run):
    found = run("screen", LINES, [f"{ESC}1;31ma{ESC}0;38;5;208mb{ESC}48;2;1;2;3;7mc"])["styles"]
    assert found == [
        {"bold": True, "fore": "#cd3131"},
        {"fore": "rgb(255 135 0)"},
        {"fore": "rgb(255 135 0)", "back": "rgb(1 2 3)", "inverse": True},
    ]


def test_a_smaller_window_keeps_the_line_that_is_written(run):
    found = run("screen", LINES, ["1\r\n2\r\n3\r\n4", [5, 2], "!"])
    assert (found["lines"], found["history"]) == (["3", "4!"], 2)


# Beginnings, parameters and ends of commands, and text: one letter a piece but for the first lines.
PIECES = st.sampled_from([ESC, "\x1b]", "\x1b\\", "\x1bM", "\x1bc", "999999", "1049", "e\u0301", "text"])
PIECES |= st.sampled_from("\x1b\x07?;07hlrHJKLMP@XSTmsuAB\r\n\b\t日")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES | st.tuples(st.integers(2, 12), st.integers(1, 6)).map(list), max_size=40))
def test_nothing_breaks_the_grid(run, parts):
    found = run("screen", LINES, parts)
    cols, rows = next((part for part in reversed(parts) if isinstance(part, list)), (10, 4))
    assert found["sizes"] == [cols] * rows or any("日" in line for line in found["lines"])
    assert (0 <= found["x"] <= cols, 0 <= found["y"] < rows) == (True, True)
