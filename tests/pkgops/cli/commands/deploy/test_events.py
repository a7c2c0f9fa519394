"""pkgops events."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pkgops.ports.stacks import StackEvent
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks


class Recorded(FakeStacks):
    """Stacks with events of given moments."""

    def events(self, stack: str, until: str = "", since: str = "") -> list[StackEvent]:
        now = datetime.now(UTC)
        old, new = ((now - timedelta(minutes=m)).isoformat().replace("+00:00", "Z") for m in (120, 1))
        first = StackEvent("1", stack, old, "Table", "t", "AWS::DynamoDB::Table", "CREATE_COMPLETE")
        failed = StackEvent("2", stack, new, "Web", "", "AWS::WAFv2::WebACL", "UPDATE_FAILED", "Not allowed.")
        events = [first, failed, replace(first, id="3", time=new)] if "Api" in stack else []
        return [event for event in events if event.time >= since]

    def failures(self, stack: str) -> list[StackEvent]:
        events = [event for event in self.events(stack) if event.status.endswith("FAILED")]
        return [replace(event, id="4", status="VALIDATION_FAILED") for event in events] + events


@pytest.fixture
def ports():
    stacks = Recorded()
    stacks.deployed("PkgWatchApi-dev", "UPDATE_ROLLBACK_COMPLETE")
    return FakePorts(stacks=stacks, endpoint=None)


def test_events_with_their_reasons(run, ports):
    lines = run("events", "--stage", "dev", ports=ports).stdout.splitlines()
    assert lines[0].split() == ["Time", "Stack", "Resource", "Status", "Type", "Reason"]
    assert len(lines) == 4
    assert any(line.endswith("AWS::WAFv2::WebACL    Not allowed.") for line in lines)


def test_since_and_failed(run, ports):
    assert len(json.loads(run("events", "--since", "10m", "--stage", "dev", "-o", "json", ports=ports).stdout)) == 2
    since = ("--failed", "--since", "10m")
    (only,) = json.loads(run("events", *since, "--stage", "dev", "-o", "json", ports=ports).stdout)
    assert (only["logical_id"], only["reason"]) == ("Web", "Not allowed.")


def test_failures_are_those_of_the_last_operation_unless_a_moment_is_given(run, ports):
    """They include what was found before any resource was touched, which is no stack event."""
    rows = json.loads(run("events", "--failed", "--stage", "dev", "-o", "json", ports=ports).stdout)
    assert [row["status"] for row in rows] == ["VALIDATION_FAILED", "UPDATE_FAILED"]
    assert run("events", "storage", "--failed", "--stage", "dev", ports=ports).stderr == "No failures.\n"


def test_one_stack(run, ports):
    result = run("events", "storage", "--stage", "dev", ports=ports)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "No events" in result.stderr


def test_a_moment_that_is_none(run, ports):
    result = run("events", "--since", "soon", "--stage", "dev", ports=ports)
    assert result.exit_code == 2
    assert "10m" in result.stderr
