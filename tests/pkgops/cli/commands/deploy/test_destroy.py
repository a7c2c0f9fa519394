"""pkgops destroy."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.fakes.ports import FakePorts

DEV = ("--stage", "dev")
TEMPLATE = {
    "Resources": {
        "Packages": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"},
        "Public": {"Type": "AWS::S3::Bucket"},
    }
}


@pytest.fixture
def ports(built):
    ports = FakePorts()
    ports.stacks.deployed("PkgWatchStorage-dev", "CREATE_COMPLETE", TEMPLATE)
    ports.artifacts.others["pkgwatchstorage-dev-public"] = ["one", "two"]
    return ports


def test_it_shows_what_goes_and_what_stays_and_wants_yes(run, ports):
    result = run("destroy", *DEV, ports=ports)
    assert result.exit_code == 6
    assert "  - PkgWatchStorage-dev\n" in result.stderr
    assert "  - every object in bucket pkgwatchstorage-dev-public\n" in result.stderr
    assert "To be kept:\n  pkgwatchstorage-dev-packages (AWS::DynamoDB::Table)\n" in result.stderr
    assert "--yes" in result.stderr
    assert "delete" not in ports.stacks.calls


def test_yes_deletes_and_lists_what_is_kept(run, ports):
    result = run("destroy", *DEV, "--yes", ports=ports)
    assert result.exit_code == 0, result.stderr
    assert (
        result.stdout
        == "Kept; delete them yourself if not needed:\n  pkgwatchstorage-dev-packages (AWS::DynamoDB::Table)\n"
    )
    assert ports.stacks.describe() == []
    assert ports.artifacts.others == {}
    assert "Deleted pkgwatch from stage dev." in result.stderr


def test_secrets_that_no_stack_has_are_listed(run, ports):
    ports.existing.put("AWS::SecretsManager::Secret", "pkgwatch/session-secret-dev")
    result = run("destroy", *DEV, "--yes", ports=ports)
    assert "  pkgwatch/session-secret-dev (AWS::SecretsManager::Secret)\n" in result.stderr
    assert "  pkgwatch/session-secret-dev (AWS::SecretsManager::Secret)\n" in result.stdout


def test_secrets_are_not_in_the_way_of_a_single_stack(run, ports):
    ports.existing.put("AWS::SecretsManager::Secret", "pkgwatch/session-secret-dev")
    assert "session-secret" not in run("destroy", "storage", *DEV, "--yes", ports=ports).output


@pytest.mark.parametrize("others", [False, True])
def test_emptying_the_emulator_is_advised_where_nobody_else_uses_it(run, built, others):
    ports = FakePorts()
    ports.stacks.deployed("PkgWatchStorage-local", "CREATE_COMPLETE", TEMPLATE)
    if others:
        ports.stacks.deployed("Another", "CREATE_COMPLETE")
    result = run("destroy", "--yes", ports=ports)
    assert result.exit_code == 0, result.stderr
    assert ("pkgops local reset" in result.stderr) is not others


def test_json(run, ports):
    document = json.loads(run("destroy", *DEV, "--yes", "-o", "json", ports=ports).stdout)["pkgwatch"]
    assert document["ok"] is True
    assert document["stacks"][0]["status"] == "DELETE_COMPLETE"
    assert document["kept"][0]["physical_id"] == "pkgwatchstorage-dev-packages"


def test_nothing_is_there(run, built):
    result = run("destroy", *DEV, "--yes", ports=FakePorts())
    assert result.exit_code == 0
    assert "No stack of pkgwatch is deployed on stage dev." in result.stderr


def test_a_failure_is_named_and_nothing_is_said_to_be_kept(run, ports):
    ports.stacks.broken["Public"] = "The bucket is not empty."
    result = run("destroy", *DEV, "--yes", ports=ports)
    assert result.exit_code == 5
    assert "PkgWatchStorage-dev ended in DELETE_FAILED: Public: The bucket is not empty." in result.stderr
    assert result.stdout == ""
