"""pkgops package."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import probe as probes

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


@pytest.fixture
def small(project, tmp_path_factory):
    """A system of two functions, one of which cannot be packaged."""
    probe = probes.make(tmp_path_factory.mktemp("probe"))
    probe.stack('Function("one")', 'Function("two")')
    probe.handler("def answer():\n    return 1")
    probe.handler("import nothing_at_all\n\ndef answer():\n    return 2", "two")
    probe.write("handlers/requirements.txt", "")
    yield probe
    probes.forget()


def test_zips_for_other_tools(run, small):
    result = run("package", "probe", "--dir", "dist/lambda", "--project", str(small.root))
    assert result.exit_code == 3, result.output
    assert "two: handlers/probe/two.py:1" in result.stderr
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["Source", "handlers/probe/one.py"]
    functions = json.loads(Path("dist/lambda/build-manifest.json").read_text(encoding="utf-8"))["functions"]
    assert [(name, row["success"]) for name, row in functions.items()] == [("one", True), ("two", False)]
    assert Path(functions["one"]["zipPath"]).is_file()


def test_a_directory_is_for_one_system(run, project):
    result = run("package", "pkgwatch", "kefir", "--dir", "dist")
    assert (result.exit_code, Path("dist").exists()) == (2, False)
