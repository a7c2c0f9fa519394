"""P203."""

from __future__ import annotations

from pathlib import Path

from tests.pkgops.checks.project import found
from tests.pkgops.checks.rules.functions.test_no_log_group import FUNCTION


def test_passing_traces_through_is_not_making_them(tmp_path: Path) -> None:
    for mode, expected in (("Active", 0), ("PassThrough", 1)):
        body = FUNCTION.format(f', TracingConfig=awslambda.TracingConfig(Mode="{mode}")')
        assert len(found("P203", tmp_path, body)) == expected
