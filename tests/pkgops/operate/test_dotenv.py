"""Readers of .env files agree on what is written."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pkgops.operate.dotenv import disputed, format_dotenv

NASTY = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t'\"\\$`# ={}"))
AGREED = {
    "EMPTY": "",
    "URL": "wss://abc.execute-api.us-east-1.amazonaws.com/prod?a=b&c=d",
    "HASH": "a # b#c",
    "SPACES": "  two words  ",
    "QUOTE": "it's",
    "DOUBLE": 'say "hi"',
    "JSON": '{"a": [1, 2]}',
    "BACKSLASH": r"C:\new dir\x",
    "TICK": "a `b` !c",
    "UNICODE": "größe 日本",
    "EQUALS": "a=b=",
}


@settings(max_examples=200, deadline=None)
@given(NASTY)
def test_python_reads_back_whatever_it_is(value: str) -> None:
    text = format_dotenv({"VALUE": value, "NEXT": "n"}, {"NEXT": "A heading"})
    assert dotenv_values(stream=io.StringIO(text), interpolate=False) == {"VALUE": value, "NEXT": "n"}


@settings(max_examples=25, deadline=None)
@given(NASTY)
def test_a_shell_reads_back_what_is_not_disputed(value: str) -> None:
    assume(not disputed({"VALUE": value}))
    script = f'{format_dotenv({"VALUE": value})}\nprintf %s "$VALUE"'
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=True)
    assert done.stdout.decode() == value


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_node_python_and_a_shell_agree(tmp_path: Path) -> None:
    assert disputed(AGREED) == []
    path = tmp_path / ".env"
    path.write_text(format_dotenv(AGREED), encoding="utf-8")
    assert dotenv_values(path) == AGREED
    program = "console.log(JSON.stringify(process.env))"
    node = subprocess.run(["node", f"--env-file={path}", "-e", program], capture_output=True, check=True)
    assert json.loads(node.stdout).items() >= AGREED.items()
    program = "import json, os; print(json.dumps(dict(os.environ)))"
    script = f"set -a; . {path}; python3 -c '{program}'"
    shell = subprocess.run(["sh", "-c", script], capture_output=True, check=True)
    assert json.loads(shell.stdout).items() >= AGREED.items()


@pytest.mark.parametrize("value", ["a$b", "${A}", "two\nlines", "'\"", "end\\", r"a\\b", "\r", r"\'"])
def test_what_is_disputed_is_known(value: str) -> None:
    assert disputed({"A": "a", "B": value}) == ["B"]


def test_headings_stand_above() -> None:
    assert format_dotenv({"A": "1", "B": "2", "C": ""}, {"A": "One", "C": "Two"}) == "# One\nA=1\nB=2\n\n# Two\nC="
