"""P406."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import LOCAL, found
from tests.pkgops.checks.rules.data.test_no_encryption import DATABASE

POOL = 'from troposphere import cognito\nscope.add(cognito.UserPool("U"{}))'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (DATABASE.format(""), 1),
        (DATABASE.format(", DeletionProtection=True"), 0),
        (POOL.format(', DeletionProtection="ACTIVE"'), 0),
        (POOL.format(', DeletionProtection="INACTIVE"'), 1),
        (DATABASE.format(', DBClusterIdentifier="ledger"'), 0),  # the cluster has it
        ('scope.add(s3.Bucket("B"))', 0),  # it cannot be deleted with something in it
    ],
)
def test_each_type_has_its_own_switch(tmp_path: Path, body: str, expected: int) -> None:
    assert len(found("P406", tmp_path, body)) == expected
    assert found("P406", tmp_path, body, LOCAL) == []
