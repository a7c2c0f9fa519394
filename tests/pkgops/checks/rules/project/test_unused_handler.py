"""P905."""

from __future__ import annotations

from pathlib import Path

from pkgops.checks.kit.rule import Example
from tests.pkgops.checks.project import check


def unused(tmp_path: Path, **files: str) -> list[str]:
    written = {f"handlers/shop/{name}.py": text for name, text in files.items()}
    return [one.place for one in check(tmp_path, Example(files=written)).findings if one.rule == "P905"]


def test_the_line_of_the_handler(tmp_path: Path) -> None:
    assert unused(tmp_path, write="import os\n\n\ndef handler(event, context): ...\n") == ["handlers/shop/write.py:4"]


def test_files_without_a_handler_are_code_of_others(tmp_path: Path) -> None:
    code = "def handler_of(event): ...\n\nclass A:\n    def handler(self): ...\n"
    assert unused(tmp_path, shared=code) == []


def test_handlers_of_other_systems(tmp_path: Path) -> None:
    files = {"handlers/other/write.py": "def handler(event, context): ...\n"}
    findings = check(tmp_path, Example(files=files)).findings
    assert [one for one in findings if one.rule == "P905"] == []
