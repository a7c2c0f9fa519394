"""P903."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.checks.kit.rule import Example
from tests.pkgops.checks.project import check


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("tests/shop/test_it.py", "", 0),
        ("tests/test_shop.py", "", 0),
        ("tests/test_all.py", 'SYSTEM = "shop"\n', 0),
        ("tests/test_all.py", "", 1),
        ("tests/shop/conftest.py", "", 1),
    ],
)
def test_what_counts_as_a_test_of_a_system(tmp_path: Path, path: str, text: str, expected: int) -> None:
    findings = check(tmp_path, Example(files={path: text})).findings
    assert len([one for one in findings if one.rule == "P903"]) == expected
