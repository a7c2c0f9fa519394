"""P202."""

from __future__ import annotations

from pathlib import Path

from tests.pkgops.checks.project import found


def test_every_group_counts(tmp_path: Path) -> None:
    body = 'scope.add(logs.LogGroup("A", RetentionInDays=1))\nscope.add(logs.LogGroup("B"))'
    assert [one.resource for one in found("P202", tmp_path, body)] == ["B"]
