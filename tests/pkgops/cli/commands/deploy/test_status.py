"""pkgops status."""

from __future__ import annotations

import json

import pytest

from tests.emulator import free_port
from tests.pkgops.fakes.ports import FakePorts

DEV = ("--stage", "dev")


@pytest.fixture
def ports(built):
    return FakePorts()


def test_what_is_deployed_and_current(run, ports):
    run("deploy", "storage", *DEV, "--yes", ports=ports)
    rows = {row["stack"]: row for row in json.loads(run("status", *DEV, "-o", "json", ports=ports).stdout)}
    assert (rows["storage"]["status"], rows["storage"]["current"]) == ("CREATE_COMPLETE", True)
    assert rows["api"]["status"] == "NOT_DEPLOYED"
    lines = run("status", *DEV, ports=ports).stdout.splitlines()
    assert lines[0].split() == ["Stack", "Status", "Updated", "Current", "Resources", "Reason"]
    assert lines[1].split()[:2] == ["PkgWatchStorage-dev", "CREATE_COMPLETE"]


def test_advice_for_a_stack_in_trouble(run, ports):
    ports.stacks.deployed("PkgWatchStorage-dev", "ROLLBACK_COMPLETE")
    result = run("status", "storage", *DEV, ports=ports)
    assert result.exit_code == 0
    assert "PkgWatchStorage-dev: " in result.stderr


def test_nothing_is_deployed(run, ports):
    result = run("status", *DEV, ports=ports)
    assert result.exit_code == 0
    assert "Next: pkgops deploy --stage dev\n" in result.stderr


def test_the_next_command_is_for_what_was_asked_about(run, ports):
    shown = run("status", "kefir", "--stage", "local", ports=ports).stderr
    assert "Next: pkgops deploy kefir --stage local\n" in shown
    assert (
        "Next: pkgops deploy kefir --stage local\n"
        in run("status", "--system", "kefir", "-s", "local", ports=ports).stderr
    )


def test_the_status_is_shown_even_if_the_code_does_not_build(run, project, monkeypatch):
    """Production without its settings cannot be built, but its stacks can be looked at."""
    ports = FakePorts()
    ports.stacks.deployed("PkgWatchStorage", "CREATE_COMPLETE")
    result = run("status", "--stage", "prod", ports=ports)
    assert result.exit_code == 0
    assert "CREATE_COMPLETE" in result.stdout
    assert "Not compared with the code." in result.stderr


def test_unknown_stack(run, ports):
    assert run("status", "storrage", *DEV, ports=ports).exit_code == 2


def test_a_stopped_emulator_is_not_started(program, project):
    free = f"[local]\nport = {free_port()}\n"
    (project / "stages.toml").write_text('[project]\ndefault_system = "pkgwatch"\n' + free, encoding="utf-8")
    done = program("status", "-o", "json")
    assert {row["status"] for row in json.loads(done.stdout)} == {"UNKNOWN"}
    done = program("status")
    assert (done.returncode, done.stderr) == (0, "The emulator is not running. Start it: pkgops local up\n")
    assert "not running" in program("local", "status").stdout
