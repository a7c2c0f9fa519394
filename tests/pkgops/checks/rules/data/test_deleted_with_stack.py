"""P404."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.model import Stage
from tests.pkgops.checks.project import LOCAL, found

BUCKET = 'scope.add(s3.Bucket("B"{}))'
KEPT = ', DeletionPolicy="Retain", UpdateReplacePolicy="Retain"'


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("", 2),
        (', DeletionPolicy="Retain"', 1),
        (KEPT, 0),
        (KEPT.replace("Retain", "Delete"), 2),
        (', DeletionPolicy="RetainExceptOnCreate", UpdateReplacePolicy="Retain"', 0),
    ],
)
def test_both_policies_count(tmp_path: Path, properties: str, expected: int) -> None:
    assert len(found("P404", tmp_path, BUCKET.format(properties))) == expected


def test_only_where_data_matter(tmp_path: Path) -> None:
    assert found("P404", tmp_path, BUCKET.format(""), LOCAL) == []
    assert found("P404", tmp_path, BUCKET.format(""), Stage("dev", account="1" * 12)) == []
    assert found("P404", tmp_path, BUCKET.format(""), Stage("demo", account="1" * 12, protected=True))


def test_what_holds_no_data(tmp_path: Path) -> None:
    assert found("P404", tmp_path, 'scope.add(sqs.Queue("Q"))') == []
    member = 'DBClusterIdentifier="ledger", DBInstanceClass="db.serverless", Engine="aurora-postgresql"'
    assert found("P404", tmp_path, f'from troposphere import rds\nscope.add(rds.DBInstance("W", {member}))') == []
