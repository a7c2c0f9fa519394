"""Would a secret that shows be noticed?"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT, sources
from tests.canary import MARK, canary, leaks, listen, read, taken, watch

HARMLESS = """
from tests.canary import canary, listen

def test_it(%s):
    %s
"""
# Where the command line is run: what it prints is handed over there. The others run a part of it, with no secret.
FUNNELS = {"tests/pkgops/cli/conftest.py", "tests/e2e/conftest.py", "tests/pkgops/deploy/states/program.py"}
FUNNELS |= {
    "tests/architecture/recipes/scratch.py",
    "tests/e2e/test_guide_your_own_system.py",
    "tests/e2e/test_printed_lines.py",
}
FUNNELS |= {"tests/canary.py", "tests/architecture/test_canary.py", "tests/pkgops/test_own_files.py"}
FUNNELS |= {"tests/pkgops/cli/damage/world.py"}
FUNNELS |= {"tests/e2e/dev_terminal.py", "tests/e2e/test_dev_loop.py", "tests/e2e/test_guide_dev_loop.py"}
FUNNELS |= {"tests/e2e/test_dev_interrupts.py"}
FUNNELS |= {"tests/pkgops/cli/test_unplanned.py", "tests/pkgops/cli/commands/tools/test_console.py"}
PARTS = {"tests/pkgops/cli/test_root.py"}
PROGRAMS = ("tests/bench/", "tests/screenshot.py")  # no tests: whoever runs them reads what they print
RUNS_IT = re.compile(r"CliRunner\(|\"pkgops\.cli\"[,\]]|-m pkgops\.cli |with_name\(\"pkgops\"\)")


def test_a_mark_is_found_through_colours_and_line_breaks():
    assert leaks(["nothing", "c4n4\nry"]) == [MARK]
    assert leaks([f"\x1b[31mc4n\x1b[0m4ry-{'x' * 3}"]) == [MARK]
    assert leaks(["canary"]) == []


def test_a_learned_value_is_found_and_not_repeated():
    value = "learned-" + "value-of-some-length"
    watch(value, "short")
    listen(["outputs"], f"Key {value}")
    (said,) = taken()
    assert "pkgops outputs" in said
    assert value not in said
    listen(["outputs"], "short")
    assert taken() == []


@pytest.mark.parametrize(
    ("arguments", "noted"),
    [
        (["secrets", "show", "x"], True),
        (["secrets", "show", "x", "--reveal"], False),
        (["seed-dev"], False),
        (["local", "mail"], False),
        (["local", "env"], False),
        (["local", "status"], True),
    ],
)
def test_only_who_asks_is_shown_one(arguments, noted):
    listen(arguments, canary())
    assert bool(taken()) is noted


def test_files_are_read(tmp_path):
    path = tmp_path / "log"
    path.write_text(canary(), encoding="utf-8")
    read([path])
    assert [str(path) in said for said in taken()] == [True]


@pytest.mark.parametrize(
    ("fixtures", "body", "passed"),
    [
        ("", "assert canary()", True),
        ("", "listen(['status'], canary())", False),
        ("", "print(canary())", False),
        ("capfd", "import os; os.system('echo ' + canary()); capfd.readouterr()", True),
        ("", "import logging; logging.warning(canary())", False),
    ],
)
def test_a_secret_that_shows_fails_its_test(tmp_path, fixtures, body, passed):
    (tmp_path / "test_it.py").write_text(HARMLESS % (fixtures, body), encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.canary", "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is passed, done.stdout + done.stderr
    assert ("A secret was shown" in done.stdout) is not passed


def test_the_command_line_is_run_where_it_is_heard():
    found = {source.path for source in sources("tests") if RUNS_IT.search(source.text)}
    assert sorted(path for path in found - FUNNELS - PARTS if not path.startswith(PROGRAMS)) == []
    assert found > PARTS
