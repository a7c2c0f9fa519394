"""P904."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.checks.kit.rule import Example
from tests.pkgops.checks.project import check


@pytest.mark.parametrize("text", ["`color`\n", "`COLOR`\n"])
def test_by_either_name(tmp_path: Path, text: str) -> None:
    findings = check(tmp_path, Example(files={"docs/guide/settings.md": text})).findings
    assert [one for one in findings if one.rule == "P904"] == []


def test_the_setting_is_named(tmp_path: Path) -> None:
    (one,) = [one for one in check(tmp_path, Example()).findings if one.rule == "P904"]
    assert (one.subject, one.file) == ("color", "templates/shop/settings.py")
