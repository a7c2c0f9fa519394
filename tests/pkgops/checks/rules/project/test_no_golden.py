"""P901."""

from __future__ import annotations

from pathlib import Path

from pkgops.checks.kit.rule import Example
from tests.pkgops.checks.project import PRODUCTION, check


def test_a_golden_of_a_stack_that_is_gone(tmp_path: Path) -> None:
    files = {"tests/golden/shop/prod/main.json": "{}", "tests/golden/shop/prod/old.json": "{}"}
    (one,) = [one for one in check(tmp_path, Example(files=files), PRODUCTION).findings if one.rule == "P901"]
    assert one.message == "tests/golden/shop/prod/old.json belongs to a stack that no longer exists."


def test_each_stage_has_its_own(tmp_path: Path) -> None:
    files = {"tests/golden/shop/local/main.json": "{}"}
    (one,) = [one for one in check(tmp_path, Example(files=files), PRODUCTION).findings if one.rule == "P901"]
    assert one.file == "tests/golden/shop/prod/main.json"
