"""pkgops dev: what it refuses before it watches anything. The loop itself: tests/pkgops/dev and tests/e2e."""

from __future__ import annotations

import json

import pytest

from pkgops.errors import RefusedError
from tests.pkgops.fakes.ports import FakePorts


@pytest.fixture
def ports(built):
    return FakePorts()


def test_a_protected_stage_is_refused(run, ports, project):
    result = run("dev", "storage", "--stage", "prod", ports=ports)
    assert result.exit_code == RefusedError.code
    assert "is protected: pkgops dev would change it with every save." in result.stderr
    assert ports.stacks.describe() == []


def test_a_function_that_is_not_there_is_said(run, ports):
    result = run("dev", "--stage", "dev", "--functions", "nobody", "--once", ports=ports)
    assert result.exit_code == 2
    assert "nobody" in result.stderr


def test_a_launch_entry_without_a_function_is_refused(run, ports):
    result = run("dev", "--write-launch", "--once", ports=ports)
    assert result.exit_code == 2
    assert "--write-launch goes with --debugger: name a function." in result.stderr


def test_once_deploys_what_differs_and_ends(run, ports):
    result = run("dev", "storage", "--stage", "dev", "--once", "--no-logs", "--output", "json", ports=ports)
    assert result.exit_code == 0, result.stderr
    assert [state.name for state in ports.stacks.describe() if state.name.startswith("PkgWatch")] == [
        "PkgWatchStorage-dev"
    ]
    events = [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]
    assert events
