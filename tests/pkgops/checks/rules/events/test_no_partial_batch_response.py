"""P304."""

from __future__ import annotations

from pathlib import Path

from tests.pkgops.checks.project import found


def test_a_batch_of_one(tmp_path: Path) -> None:
    body = 'scope.add(awslambda.EventSourceMapping("M", EventSourceArn="a", FunctionName="f"{}))'
    assert found("P304", tmp_path, body.format(", BatchSize=1")) == []
    assert found("P304", tmp_path, body.format(", BatchSize=2"))
