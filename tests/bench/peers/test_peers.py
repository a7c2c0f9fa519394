"""Can the comparison with other tools be asked for, and read? It runs only by hand: it installs them."""

from __future__ import annotations

import re
import subprocess
from itertools import chain

from tests.bench.peers.__main__ import arguments
from tests.bench.peers.table import Measured, report
from tests.bench.peers.tools import DIFF, FIRST, ROWS, SCRIPTS
from tests.bench.peers.versions import CDK, PYTHON


def test_what_can_be_asked_for():
    assert arguments().parse_args([]).runs == 3
    assert arguments().parse_args(["--runs", "1", "--only", "cdk", "sam"]).only == ["cdk", "sam"]


def test_versions_are_exact():
    for package in chain(CDK, PYTHON.values()):
        assert re.fullmatch(r"[a-z-]+(@|==)\d+\.\d+\.\d+", package)


def test_the_tables_have_the_shortest_run_and_a_dash_for_what_a_tool_lacks():
    runs = [(FIRST, "pkgops", 2.0, 0.6), (FIRST, "pkgops", 1.234, 0.7), (DIFF, "sam", 20.0, 5.0)]
    said, wall, cpu = report(["pkgops", "sam"], [Measured(*one, load=2.0) for one in runs]).split("\n\n")
    assert "cores" in said
    header, _, *lines = wall.splitlines()
    assert header == "| seconds | pkgops | sam |"
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines] == list(ROWS)
    assert f"| {FIRST} | 1.23 | - |" in lines
    assert f"| {DIFF} | - | 20.00 |" in lines
    assert f"| {FIRST} | 0.60 | - |" in cpu


def test_scripts_can_be_read_by_the_shell():
    for script in SCRIPTS.glob("*.sh"):
        subprocess.run(["bash", "-n", str(script)], check=True)
