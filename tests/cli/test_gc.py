"""pkgops gc."""

from __future__ import annotations

import json
import time

import pytest

from tests.fakes.ports import FakePorts

DEV = ("--stage", "dev")


@pytest.fixture
def ports():
    """One artifact a stack of another tool names, one nobody names, and one nobody names yet."""
    made = FakePorts()
    made.artifacts.objects = {"pkgwatch/used.zip": b"1", "pkgwatch/old.zip": b"22", "pkgwatch/new.zip": b"333"}
    made.artifacts.modified = {"pkgwatch/new.zip": time.time()}
    template = {"Resources": {"F": {"Properties": {"Code": {"S3Key": "pkgwatch/used.zip"}}}}}
    made.stacks.deployed("SomebodyElses", "UPDATE_ROLLBACK_COMPLETE", template)
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
