"""A project has changed when a file holds something else, and not when somebody has touched it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pkgops.dev.contents import Contents


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in ("templates/a/__init__.py", "handlers/a/get.py", "handlers/requirements.txt", "stages.toml"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x = 1\n")
    return tmp_path


def test_a_new_content_is_a_change_once(root: Path) -> None:
    contents = Contents(root)
    assert not contents.changed()
    (root / "handlers/a/get.py").write_text("x = 2\n")
    (root / "stages.toml").write_text("# more\n")
    assert contents.changed() == {"handlers/a/get.py", "stages.toml"}
    assert not contents.changed()


def test_files_come_and_go(root: Path) -> None:
    contents = Contents(root)
    (root / ".env").write_text("A=1\n")
    (root / "handlers/a/new.py").write_text("")
    (root / "handlers/a/get.py").unlink()
    assert contents.changed() == {".env", "handlers/a/new.py", "handlers/a/get.py"}
    assert not contents.changed()


def test_a_thousand_touches_are_none(root: Path) -> None:
    for number in range(200):
        (root / f"handlers/a/f{number}.py").write_text(f"x = {number}\n")
    contents = Contents(root)
    for round_ in range(5):
        for number in range(200):
            file = root / f"handlers/a/f{number}.py"
            if round_ % 2:
                file.write_text(f"x = {number}\n")  # as an editor writes it again
            else:
                file.touch()
    assert not contents.changed()


@pytest.mark.parametrize("jump", [-10 * 365 * 86400, 86400, 3600])
def test_a_clock_that_jumps_hides_nothing_and_invents_nothing(root: Path, jump: int) -> None:
    """A laptop that slept, a clock that was set: a file's time says little."""
    file = root / "handlers/a/get.py"
    then = time.time() + jump
    os.utime(file, (then, then))
    contents = Contents(root)
    os.utime(file, (then, then))
    assert not contents.changed()
    file.write_text("x = 9\n")  # of the same length, at the same time
    os.utime(file, (then, then))
    assert contents.changed() == {"handlers/a/get.py"}


def test_what_editors_leave_behind_is_nothing(root: Path) -> None:
    contents = Contents(root)
    for name in (".get.py.swp", "get.py~", "#get.py#", "4913~", "__pycache__/get.pyc"):
        (root / "handlers/a" / name).parent.mkdir(exist_ok=True)
        (root / "handlers/a" / name).write_text("")
    (root / ".pkgops").mkdir()
    (root / ".pkgops/state.json").write_text("{}")
    (root / "README.md").write_text("")
    assert not contents.changed()
