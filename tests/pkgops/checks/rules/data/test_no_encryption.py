"""P402."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found

DATABASE = (
    'scope.add(rds.DBInstance("D", DBInstanceClass="db.t4g.micro", Engine="postgres", AllocatedStorage="20", '
    'MasterUsername="u", ManageMasterUserPassword=True{}))'
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (DATABASE.format(""), 1),
        (DATABASE.format(", StorageEncrypted=False"), 1),
        (DATABASE.format(", StorageEncrypted=True"), 0),
        ('scope.add(rds.DBInstance("D", DBInstanceClass="x", Engine="aurora", DBClusterIdentifier="c"))', 0),
        ('from troposphere import efs\nscope.add(efs.FileSystem("F"))', 1),
        ('from troposphere import efs\nscope.add(efs.FileSystem("F", Encrypted=True))', 0),
        ('scope.add(s3.Bucket("B"))', 0),
        ('scope.add(sqs.Queue("Q"))', 0),
        ('scope.add(sqs.Queue("Q", SqsManagedSseEnabled=False))', 1),
        ('scope.add(sqs.Queue("Q", SqsManagedSseEnabled=False, KmsMasterKeyId="k"))', 0),
    ],
)
def test_what_encrypts_by_itself_and_what_does_not(tmp_path: Path, body: str, expected: int) -> None:
    assert len(found("P402", tmp_path, body)) == expected
