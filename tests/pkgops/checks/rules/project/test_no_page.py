"""P902."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.checks.kit.rule import Example
from tests.pkgops.checks.project import check


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("docs/systems/shop.md", "", 0),
        ("docs/shop.md", "", 0),
        ("README.md", "# Shop\n", 0),
        ("README.md", "# Something else\n", 1),
        ("docs/systems/other.md", "# Shop\n", 1),
    ],
)
def test_where_a_page_may_be(tmp_path: Path, path: str, text: str, expected: int) -> None:
    findings = check(tmp_path, Example(files={path: text})).findings
    assert len([one for one in findings if one.rule == "P902"]) == expected
