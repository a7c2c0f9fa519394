"""Is the project read as its files say now?"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from pkgops.config import load
from pkgops.dev.rollout import read_again
from pkgops.init.create import create
from pkgops.project import forget_templates


def test_two_saves_within_a_second_are_both_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the same size, too: that and the second is all that bytecode knows of its source."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    create("notes", tmp_path)
    file = tmp_path / "notes/templates/notes/__init__.py"
    project = load("local", None, tmp_path / "notes", environ={})
    try:
        for title in ("First", "Other"):
            text = re.sub('title="[^"]*"', f'title="{title}"', file.read_text(encoding="utf-8"))
            file.write_text(text, encoding="utf-8")
            os.utime(file, (1_700_000_000, 1_700_000_000))
            project = read_again(project)
            assert project.system.title == title
    finally:
        forget_templates()
