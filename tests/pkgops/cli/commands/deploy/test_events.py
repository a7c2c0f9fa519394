"""pkgops events."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

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


def test_the_last_deployment_is_drawn(run, ports, tmp_path, monkeypatch):
    """As SVG and as HTML; what has no end yet, or none that is good, looks different."""
    now = datetime.now(UTC)
    name = "PkgWatchApi-dev"

    def event(seconds: int, resource: str, status: str, type: str = "AWS::SQS::Queue") -> StackEvent:
        time = (now - timedelta(seconds=100 - seconds)).isoformat().replace("+00:00", "Z")
        return StackEvent(
            f"{seconds}{resource}", name, time, resource, "", type, status, "<b>No</b>" * ("FAILED" in status)
        )

    stack = "AWS::CloudFormation::Stack"
    rows = [event(0, name, "UPDATE_IN_PROGRESS", stack), event(5, "Old", "UPDATE_IN_PROGRESS")]
    rows += [event(6, "Old", "UPDATE_COMPLETE"), event(7, name, "UPDATE_COMPLETE", stack)]
    rows += [event(40, name, "UPDATE_IN_PROGRESS", stack), event(41, "Jobs", "UPDATE_IN_PROGRESS")]
    rows += [
        event(41, "Web", "CREATE_IN_PROGRESS"),
        event(44, "Jobs", "UPDATE_COMPLETE"),
        event(50, "Web", "CREATE_FAILED"),
    ]
    rows += [event(52, name, "UPDATE_ROLLBACK_IN_PROGRESS", stack), event(53, "Jobs", "UPDATE_IN_PROGRESS")]
    monkeypatch.setattr(ports.stacks, "events", lambda stack, since="": rows if stack == name else [])
    svg, html = tmp_path / "a.svg", tmp_path / "a.html"
    done = run("events", "--chart", str(svg), "--stage", "dev", "-o", "json", ports=ports)
    spans = json.loads(done.stdout)["spans"]
    assert [(one["resource"], one["end"] - one["start"], one["status"]) for one in spans] == [
        ("", 13, "UPDATE_ROLLBACK_IN_PROGRESS"),
        ("Jobs", 3, "UPDATE_COMPLETE"),
        ("Web", 9, "CREATE_FAILED"),
        ("Jobs", 0, "UPDATE_IN_PROGRESS"),
    ]
    text = svg.read_text()
    root = ElementTree.fromstring(text)
    assert [bar.attrib["class"] for bar in root.iter("{http://www.w3.org/2000/svg}rect")] == [
        *("page", "bar failed", "bar done", "bar failed", "bar open")
    ]
    assert "&lt;b&gt;No" in text
    assert run("events", "--chart", str(html), "--stage", "dev", ports=ports).stdout == f"{html}\n"
    assert html.read_text().startswith("<!doctype html>")
    assert text.partition("<title>")[2].split("</g>")[0] in html.read_text()


def test_a_chart_that_cannot_be(run, ports, tmp_path):
    for arguments, said in (
        (("--chart", "a.png"), "SVG or HTML"),
        (("--chart", "a.svg", "--failed"), "not both"),
        (("storage", "--chart", str(tmp_path / "a.svg")), "no deployment since 1d"),
    ):
        done = run("events", *arguments, "--stage", "dev", ports=ports)
        assert done.exit_code != 0
        assert said in done.stderr
