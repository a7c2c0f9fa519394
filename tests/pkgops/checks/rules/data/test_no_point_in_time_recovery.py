"""P405."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import LOCAL, found
from tests.pkgops.checks.rules.data.test_no_encryption import DATABASE


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (DATABASE.format(""), 0),  # RDS keeps a day unless told otherwise
        (DATABASE.format(", BackupRetentionPeriod=0"), 1),
        (DATABASE.format(", BackupRetentionPeriod=7"), 0),
    ],
)
def test_databases(tmp_path: Path, body: str, expected: int) -> None:
    assert len(found("P405", tmp_path, body)) == expected


def test_only_where_data_matter(tmp_path: Path) -> None:
    assert found("P405", tmp_path, DATABASE.format(", BackupRetentionPeriod=0"), LOCAL) == []
