"""pkgops package."""

from __future__ import annotations

import json
from pathlib import Path

DEV = ("--stage", "dev")


def test_artifacts_with_their_sizes(run, built):
    rows = json.loads(run("package", *DEV, "-o", "json").stdout)
    sources = {row["source"] for row in rows}
    assert "handlers/pkgwatch/api/health.py" in sources
    assert all(Path(row["path"]).is_file() and row["size"] > 0 for row in rows)
    lines = run("package", *DEV).stdout.splitlines()
    assert lines[0].split() == ["Source", "Size", "File"]
    assert len(lines) == len(rows) + 1


def test_only_what_a_stack_needs(run, built):
    sources = {row["source"] for row in json.loads(run("package", "pipeline", *DEV, "-o", "json").stdout)}
    assert "handlers/pkgwatch/pipeline/score_calculator.py" in sources
    assert "handlers/pkgwatch/api/health.py" not in sources


def test_a_stack_without_artifacts(run, built):
    result = run("package", "storage", *DEV)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "The stacks have no artifacts.\n"


def test_unknown_stack(run, built):
    assert run("package", "storrage", *DEV).exit_code == 2
