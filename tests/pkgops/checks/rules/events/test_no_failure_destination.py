"""P303."""

from __future__ import annotations

from pathlib import Path

from tests.pkgops.checks.project import found


def test_queues_have_a_redrive_policy_of_their_own(tmp_path: Path) -> None:
    body = 'scope.add(awslambda.EventSourceMapping("M", EventSourceArn="a", FunctionName="f"{}))'
    assert found("P303", tmp_path, body.format("")) == []
    assert found("P303", tmp_path, body.format(', StartingPosition="LATEST"'))
