"""pkgops diff."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.fakes.ports import FakePorts

DEV = ("--stage", "dev")


@pytest.fixture
def ports(built):
    return FakePorts()


def test_what_is_not_deployed_is_added(run, ports):
    result = run("diff", "storage", *DEV, ports=ports)
    assert result.exit_code == 0
    assert result.stdout.startswith("PkgWatchStorage-dev  create\n")
    assert "  + PackagesTable  AWS::DynamoDB::Table\n" in result.stdout
    assert run("diff", "storage", *DEV, "--exit-code", ports=ports).exit_code == 1


def test_no_differences(run, ports):
    run("deploy", "storage", *DEV, "--yes", ports=ports)
    result = run("diff", "storage", *DEV, "--exit-code", ports=ports)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "No differences.\n")
    assert json.loads(run("diff", "storage", *DEV, "-o", "json", ports=ports).stdout) == {"pkgwatch": []}


def test_values_before_and_after(run, ports):
    run("deploy", "storage", *DEV, "--yes", ports=ports)
    name = "PkgWatchStorage-dev"
    template = json.loads(ports.stacks.template(name))
    template["Resources"]["PackagesTable"]["Properties"]["BillingMode"] = "PROVISIONED"
    template["Resources"]["Old"] = {"Type": "AWS::SNS::Topic"}
    del template["Resources"]["RawDataBucket"]
    ports.stacks.deployed(name, "UPDATE_COMPLETE", template)
    result = run("diff", "storage", *DEV, ports=ports)
    assert "  ~ PackagesTable  AWS::DynamoDB::Table\n" in result.stdout
    assert '      Properties/BillingMode: "PROVISIONED" -> "PAY_PER_REQUEST"\n' in result.stdout
    assert "  - Old  AWS::SNS::Topic\n" in result.stdout
    assert "  + RawDataBucket  AWS::S3::Bucket\n" in result.stdout
    assert "execute" not in ports.stacks.calls[-8:]
    (stack,) = json.loads(run("diff", "storage", *DEV, "-o", "json", ports=ports).stdout)["pkgwatch"]
    assert stack["name"] == name
    assert {row["logical_id"] for row in stack["resources"]} == {"PackagesTable", "Old", "RawDataBucket"}


def test_long_values_are_whole_on_request(run, ports):
    run("deploy", "storage", *DEV, "--yes", ports=ports)
    template = json.loads(ports.stacks.template("PkgWatchStorage-dev"))
    template["Description"] = "x" * 200
    ports.stacks.deployed("PkgWatchStorage-dev", "UPDATE_COMPLETE", template)
    assert "x" * 200 not in run("diff", "storage", *DEV, ports=ports).stdout
    assert f'"{"x" * 200}"' in run("diff", "storage", *DEV, "--full", ports=ports).stdout


def test_change_sets_are_not_left_behind(run, ports):
    run("deploy", "storage", *DEV, "--yes", ports=ports)
    ports.stacks.deployed("PkgWatchStorage-dev", "UPDATE_COMPLETE", {"Resources": {}})
    run("diff", "storage", *DEV, ports=ports)
    calls = ports.stacks.calls
    assert calls.count("create_change_set") == calls.count("delete_change_set") + calls.count("execute")


def test_what_aws_would_refuse_is_said(run, ports):
    run("deploy", "storage", *DEV, "--yes", ports=ports)
    template = json.loads(ports.stacks.template("PkgWatchStorage-dev"))
    template["Resources"]["PackagesTable"]["Properties"]["GlobalSecondaryIndexes"] = []
    ports.stacks.deployed("PkgWatchStorage-dev", "UPDATE_COMPLETE", template)
    result = run("diff", "storage", *DEV, ports=ports)
    assert "AWS would refuse:\n  PackagesTable: " in result.stderr
    assert "--in-steps" in result.stderr
    as_json = run("diff", "storage", *DEV, "-o", "json", ports=ports)
    assert [stack["name"] for stack in json.loads(as_json.stdout)["pkgwatch"]] == ["PkgWatchStorage-dev"]


def test_unknown_stack(run, ports):
    assert run("diff", "storrage", *DEV, ports=ports).exit_code == 2
