"""P001."""

from __future__ import annotations

from pathlib import Path

from pkgops.checks.rules.templates.over_limits import RULE
from tests.pkgops.checks.project import LOCAL, subject_of


def test_more_resources_than_cloudformation_takes(tmp_path: Path) -> None:
    """As a template that is not made with troposphere may have."""
    subject = subject_of(tmp_path, LOCAL, main="")
    for count, expected in ((500, 0), (501, 1)):
        subject.stacks[0].template["Resources"] = {f"T{n}": {"Type": "AWS::SNS::Topic"} for n in range(count)}
        assert len(list(RULE.find(subject))) == expected
