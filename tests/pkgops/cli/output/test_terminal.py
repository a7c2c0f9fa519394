"""What reaches the terminal."""

from __future__ import annotations

import io
import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgops.cli.output.mode import OutputMode
from pkgops.cli.output.terminal import guarded, indented, json_escaped, one_line, plain, rendered, style, write_line

ANYTHING = st.text(st.characters(codec=None)) | st.text("\x1b[]0;31m\x07\r\n\t\x9b\u202e\ud800a")
FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def unsafe(text: str) -> set[str]:
    """Control, format and separator characters but tab and line feed."""
    return {character for character in text if unicodedata.category(character) in FORBIDDEN} - {"\n", "\t"}


@given(ANYTHING)
def test_nothing_but_lines_and_tabs_controls_the_terminal(text):
    assert not unsafe(rendered(text, color=False))
    assert not unsafe(rendered(style(text, "red"), color=True).removeprefix("\x1b[31m").removesuffix("\x1b[0m"))
    assert "\n" not in one_line(text)


@given(ANYTHING)
def test_json_keeps_the_value(text):
    written = json_escaped(json.dumps([text], ensure_ascii=False, indent=2))
    assert not unsafe(written)
    assert json.loads(written) == [text]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]52;c;cm0gLXJm\x07", r"\x1b]52;c;cm0gLXJm\x07"),
        ("\x9b2J\x7f", r"\x9b2J\x7f"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("zero\u200bwidth \U000e0041", r"zero\u200bwidth \U000e0041"),
        ("over\rwritten", r"over\x0dwritten"),
        ("half \ud83d", r"half \ud83d"),
        ("of Windows\r\nand\tmore", "of Windows\nand\tmore"),
        ("naïve 漢字 🙂 ❤\ufe0f", "naïve 漢字 🙂 ❤\ufe0f"),
    ],
)
def test_what_is_shown(text, shown):
    assert rendered(text, color=True) == shown


def test_marks_cannot_be_forged():
    (key,) = {style("x", "red").split("[")[0].removeprefix("\x1b")}
    assert len(key) == 16
    assert rendered(style("x", "red", bold=True), color=True) == "\x1b[31m\x1b[1mx\x1b[0m"
    assert plain(style("x", "red")) == "x"


def test_lines_of_others_stay_below_their_first():
    assert indented("failed\nError: none\n") == "failed\n  Error: none"
    assert one_line("a\tb\r\nc") == r"a b\nc"


def test_whatever_writes_is_guarded(monkeypatch):
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    with guarded(OutputMode(color=True)), guarded(OutputMode()):
        sys.stdout.write("\x1b[2J")
        sys.stderr.writelines(["\x07", style("x", "green")])
        write_line(sys.stdout, style("\x1b", "red"), color=True)
        sys.stdout.buffer.write(b"\x1b\xff")
        sys.stdout.buffer.flush()
        with pytest.raises(TypeError):
            sys.stdout.write(b"bytes")
    assert sys.stdout is out
    assert out.getvalue() == "\\x1b[2J\x1b[31m\\x1b\x1b[0m\n\\x1b\\xff"
    assert err.getvalue() == "\\x07\x1b[32mx\x1b[0m"


def test_a_stream_without_unicode():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    write_line(stream, "naïve 🙂", color=False)
    assert raw.getvalue() == b"na\\xefve \\U0001f642\n"
