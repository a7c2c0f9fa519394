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
