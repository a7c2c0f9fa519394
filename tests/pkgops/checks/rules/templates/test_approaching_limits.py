"""P002."""

from __future__ import annotations

from pathlib import Path

from pkgops.checks.rules.templates.approaching_limits import RULE
from tests.pkgops.checks.project import LOCAL, subject_of


def test_what_is_over_the_limit_is_not_close_to_it(tmp_path: Path) -> None:
    subject = subject_of(tmp_path, LOCAL, main="")
    for count, expected in ((400, 0), (401, 1), (500, 1), (501, 0)):
        subject.stacks[0].template["Resources"] = {f"T{n}": {"Type": "AWS::SNS::Topic"} for n in range(count)}
        assert len(list(RULE.find(subject))) == expected
