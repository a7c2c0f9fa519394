"""pkgops cancel."""

from __future__ import annotations

import json

import pytest

from pkgops.errors import DeployError
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks

DEV = ("--stage", "dev")
NAME = "PkgWatchStorage-dev"


@pytest.fixture
def ports(project):
    ports = FakePorts()
    ports.stacks.deployed(NAME, "UPDATE_IN_PROGRESS")
    return ports


def test_a_running_update_is_taken_back(run, ports):
    result = run("cancel", *DEV, "--yes", ports=ports)
    assert result.exit_code == 0, result.stderr
    assert f"Cancelled and rolled back on stage dev: {NAME}." in result.stderr
    assert [state.status for state in ports.stacks.describe()] == ["UPDATE_ROLLBACK_COMPLETE"]


def test_as_json(run, ports):
    document = json.loads(run("cancel", *DEV, "--yes", "-o", "json", ports=ports).stdout)["pkgwatch"]
    assert document["ok"] is True
    assert document["stacks"][0]["status"] == "UPDATE_ROLLBACK_COMPLETE"


def test_it_is_asked_before(run, ports):
    assert run("cancel", *DEV, ports=ports).exit_code == 6
    assert "cancel_update" not in ports.stacks.calls


def test_a_protected_stage_wants_its_name(run, ports, project, monkeypatch):
    stages = project / "stages.toml"
    stages.write_text(stages.read_text().replace("[dev]", "[dev]\nprotected = true"))
    refused = run("cancel", *DEV, "--yes", ports=ports)
    assert refused.exit_code == 6
    assert "PKGOPS_CONFIRM" in refused.stderr
    monkeypatch.setenv("PKGOPS_CONFIRM", "dev")
    assert run("cancel", *DEV, "--yes", ports=ports).exit_code == 0


def test_nothing_to_take_back(run, project):
    result = run("cancel", *DEV, ports=FakePorts())
    assert (result.exit_code, result.stderr) == (0, "No update of pkgwatch is running on stage dev.\n")
    assert json.loads(run("cancel", *DEV, "-o", "json", ports=FakePorts()).stdout)["pkgwatch"]["stacks"] == []


def test_what_else_runs_cannot_be_taken_back(run, project):
    ports = FakePorts()
    ports.stacks.deployed(NAME, "CREATE_IN_PROGRESS")
    result = run("cancel", *DEV, "--yes", ports=ports)
    assert result.exit_code == 0
    assert f"Warning: {NAME} is CREATE_IN_PROGRESS: only an update can be cancelled." in result.stderr
    assert "cancel_update" not in ports.stacks.calls


def test_an_update_that_ends_first_is_told(run, project):
    class Ended(FakeStacks):
        def cancel_update(self, stack):
            self.deployed(NAME, "UPDATE_COMPLETE")
            raise DeployError("CancelUpdateStack cannot be called from current stack status")

    stacks = Ended()
    stacks.deployed(NAME, "UPDATE_IN_PROGRESS")
    result = run("cancel", *DEV, "--yes", ports=FakePorts(stacks=stacks))
    assert result.exit_code == 5
    assert "ended in UPDATE_COMPLETE: The update ended before it could be cancelled." in result.stderr


def test_a_refusal_is_told(run, project):
    class Refusing(FakeStacks):
        def cancel_update(self, stack):
            raise DeployError("CloudFormation refuses it.")

    stacks = Refusing()
    stacks.deployed(NAME, "UPDATE_IN_PROGRESS")
    result = run("cancel", *DEV, "--yes", ports=FakePorts(stacks=stacks))
    assert result.exit_code == 5
    assert "ended in REFUSED: CloudFormation refuses it." in result.stderr
