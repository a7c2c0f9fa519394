"""P401."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found

ALL = "BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets={}"


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("", 0),  # S3 blocks everything by itself
        (f", PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration({ALL.format('True')})", 0),
        (f", PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration({ALL.format('False')})", 1),
        (", PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(BlockPublicAcls=True)", 1),
        (', AccessControl="PublicRead"', 1),
        (', AccessControl="Private"', 0),
    ],
)
def test_blocks_and_lists(tmp_path: Path, properties: str, expected: int) -> None:
    assert len(found("P401", tmp_path, f'scope.add(s3.Bucket("B"{properties}))')) == expected


def test_what_is_open_is_named(tmp_path: Path) -> None:
    block = f"PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration({ALL.format('False')})"
    (one,) = found("P401", tmp_path, f'scope.add(s3.Bucket("B", {block}))')
    assert one.message == "B does not block public access: RestrictPublicBuckets off."
