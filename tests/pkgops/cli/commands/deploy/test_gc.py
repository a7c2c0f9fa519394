"""pkgops gc."""

from __future__ import annotations

import json
import time

import pytest

from pkgops.ports.stacks import ChangeSetRequest
from tests.pkgops.fakes.artifacts import FakeArtifacts
from tests.pkgops.fakes.ports import FakePorts

DEV = ("--stage", "dev")


def naming(key: str) -> dict:
    return {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": key}}}}}


@pytest.fixture
def ports():
    """One artifact named by a stack of another tool, one that no stack names, and one that no stack names yet."""
    made = FakePorts()
    made.artifacts.objects = {"pkgwatch/used.zip": b"1", "pkgwatch/old.zip": b"22", "pkgwatch/new.zip": b"333"}
    made.artifacts.modified = {"pkgwatch/new.zip": time.time()}
    made.stacks.deployed("SomebodyElses", "UPDATE_ROLLBACK_COMPLETE", naming("pkgwatch/used.zip"))
    return made


def test_only_what_nobody_names_and_is_old_goes(run, ports):
    done = run("gc", "--yes", *DEV, ports=ports)
    assert done.exit_code == 0, done.stderr
    assert set(ports.artifacts.objects) == {"pkgwatch/used.zip", "pkgwatch/new.zip"}
    assert "1 in use, 1 too young, 1 unused" in done.stdout


def test_a_dry_run_deletes_nothing(run, ports):
    shown = json.loads(run("gc", "--dry-run", *DEV, "-o", "json", ports=ports).stdout)
    assert [item["key"] for item in shown["unused"]] == ["pkgwatch/old.zip"]
    assert len(ports.artifacts.objects) == 3


def test_the_buffer_can_be_chosen(run, ports):
    run("gc", "--yes", "--older-than", "0", *DEV, ports=ports)
    assert set(ports.artifacts.objects) == {"pkgwatch/used.zip"}


def test_nothing_goes_while_a_deployment_runs(run, ports):
    ports.stacks.deployed("PkgWatchApi-dev", "UPDATE_IN_PROGRESS")
    refused = run("gc", "--yes", *DEV, ports=ports)
    assert refused.exit_code == 5
    assert "PkgWatchApi-dev" in refused.stderr
    assert len(ports.artifacts.objects) == 3


def test_without_a_terminal_it_wants_yes(run, ports):
    assert run("gc", *DEV, ports=ports).exit_code == 6
    assert len(ports.artifacts.objects) == 3


def test_what_a_change_set_names_stays(run, ports):
    """Of a stack that is there, and of one that waits for its first."""
    ports.stacks.deployed("KefirApp-dev", "CREATE_COMPLETE")
    ports.artifacts.objects |= {"kefir/first.zip": b"1"}
    for stack, create, key in (("KefirApp-dev", False, "pkgwatch/old.zip"), ("New-dev", True, "kefir/first.zip")):
        request = ChangeSetRequest(stack, create, {}, {}, body=json.dumps(naming(key)))
        made = ports.stacks.create_change_set(request)
    shown = json.loads(run("gc", "--dry-run", *DEV, "-o", "json", ports=ports).stdout)
    assert (shown["unused"], shown["used"]) == ([], 3)
    ports.stacks.delete_change_set(made)
    shown = json.loads(run("gc", "--dry-run", *DEV, "-o", "json", ports=ports).stdout)
    assert [item["key"] for item in shown["unused"]] == ["kefir/first.zip"]


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"])
def test_nothing_goes_while_a_stack_may_go_back_to_what_it_no_longer_names(run, ports, status):
    ports.stacks.deployed("PkgWatchApi-dev", status, naming("pkgwatch/used.zip"))
    refused = run("gc", "--yes", *DEV, ports=ports)
    assert refused.exit_code == 5
    assert f"PkgWatchApi-dev is {status}" in refused.stderr
    assert "--resume" in refused.stderr
    assert len(ports.artifacts.objects) == 3


def test_a_stuck_stack_that_names_no_artifact_is_in_nobodys_way(run, ports):
    ports.stacks.deployed("Elsewhere", "UPDATE_ROLLBACK_FAILED")
    assert run("gc", "--yes", *DEV, ports=ports).exit_code == 0


class Meanwhile(FakeArtifacts):
    """Another deployment runs between the first read and the second."""

    def __init__(self, stacks, status) -> None:
        super().__init__()
        self.stacks, self.status = stacks, status

    def list_objects(self):
        found = super().list_objects()
        self.stacks.deployed("PkgWatchApi-dev", self.status, naming("pkgwatch/old.zip"))
        return found


@pytest.mark.parametrize(("status", "code"), [("UPDATE_COMPLETE", 0), ("UPDATE_IN_PROGRESS", 5)])
def test_what_was_deployed_while_it_asked_stays(run, ports, status, code):
    before = ports.artifacts
    ports.artifacts = Meanwhile(ports.stacks, status)
    ports.artifacts.objects, ports.artifacts.modified = before.objects, before.modified
    assert run("gc", "--yes", *DEV, ports=ports).exit_code == code
    assert "pkgwatch/old.zip" in ports.artifacts.objects
