"""The build cache: nothing stale can be read from it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pkgops.build.cache import PACKAGE, TOOL, distributions, tool_fingerprint
from pkgops.build.source_files import fingerprint
from tests.architecture.imports import modules, reached
from tests.architecture.tree import sources
from tests.repository import link_project

# Synthesizes the bootstrap system and says whether templates were built for it.
PROGRAM = """
import sys
from dataclasses import replace
from pkgops import config
from pkgops.bootstrap import SYSTEM
from pkgops.build.build import synthesized
project = config.load("local", environ={})
(stack,) = synthesized(replace(project, system=SYSTEM, settings=SYSTEM.settings()))
print("built" if "troposphere" in sys.modules else "cached")
"""


def covered(path: str) -> bool:
    """True for a file that is part of the fingerprint; ``path`` is relative to the root."""
    return any(path in {f"pkgops/{name}"} or path.startswith(f"pkgops/{name}/") for name in TOOL)


def needed() -> set[str]:
    """The files of pkgops that run when a system is built: what the build, the templates and the bootstrap stack
    reach by import, and the packages those files are in."""
    graph = modules()
    starts = [name for name in graph if name.startswith(("pkgops.build", "pkgops.bootstrap", "templates"))]
    every = {name for start in starts for name in (start, *reached(graph, start))}
    every |= {name.rpartition(".")[0] for name in every} | {"pkgops"}
    files = {
        source.path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): source.path
        for source in sources("pkgops")
    }
    return {files[name] for name in every if name in files}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tool in a place of its own."""
    shutil.copytree(PACKAGE, tmp_path / "pkgops", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "pkgops"


def test_everything_that_a_build_imports_is_fingerprinted():
    assert len(needed()) > 30, "the imports were not found"
    assert not sorted(path for path in needed() if not covered(path)), "add it to TOOL"


def test_nothing_is_fingerprinted_that_no_build_imports():
    unused = [
        name
        for name in TOOL
        if not any(path == f"pkgops/{name}" or path.startswith(f"pkgops/{name}/") for path in needed())
    ]
    assert not unused, "a change of these would build everything again for nothing"


def test_every_file_of_those_counts(copy: Path):
    before = tool_fingerprint(copy)
    assert before == tool_fingerprint()
    for path in sorted(needed()):
        file = copy.parent / path
        content = file.read_bytes()
        file.write_bytes(content + b"# more\n")
        assert tool_fingerprint(copy) != before, path
        file.write_bytes(content)
    assert tool_fingerprint(copy) == before


def test_a_file_of_any_kind_counts_and_its_name_does_too(tmp_path: Path):
    seen = {fingerprint(tmp_path)}
    (tmp_path / "inner").mkdir()
    for name in ("data.csv", "inner/schema.graphql"):
        (tmp_path / name).write_text("x", encoding="utf-8")
        seen.add(fingerprint(tmp_path))
    (tmp_path / "data.csv").rename(tmp_path / "date.csv")
    assert len({*seen, fingerprint(tmp_path)}) == 4
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").write_text("x", encoding="utf-8")
    assert fingerprint(tmp_path) == fingerprint(tmp_path)


@pytest.mark.parametrize("edited", ["kit/bucket.py", "build/synth.py", "bootstrap/artifacts.py", "scope.py"])
def test_an_edit_of_the_tool_builds_again(copy: Path, edited: str):
    link_project(copy.parent, "[local]\n")

    def run() -> str:
        command = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(command, cwd=copy.parent, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert [run(), run()] == ["built", "cached"]
    with (copy / edited).open("a", encoding="utf-8") as file:
        file.write("# more\n")
    assert [run(), run()] == ["built", "cached"]


def test_the_versions_of_libraries_count():
    names = distributions()
    assert any(name.startswith("cfn_lint-") for name in names)
    assert any(name.startswith("troposphere-") for name in names)
