"""Drift on the command line: pkgops status --drift, diff --deployed and deploy --revert-drift."""

from __future__ import annotations

import json

import pytest

from tests.canary import canary
from tests.pkgops.fakes.ports import FakePorts

DEV = ("--stage", "dev")
NAME = "PkgWatchStorage-dev"
SECRET = canary("typed-in-by-hand")
DRIFTS = {
    "PackagesTable": {"/BillingMode": ("PAY_PER_REQUEST", "PROVISIONED"), "/Tags/0/SECRET": ("a", SECRET)},
    "RawDataBucket": None,
}


@pytest.fixture
def ports(built, run):
    made = FakePorts()
    assert run("deploy", "storage", *DEV, "--yes", ports=made).exit_code == 0
    made.stacks.calls.clear()
    return made


def test_the_status_does_not_look_for_drift_unasked(run, ports):
    result = run("status", "storage", *DEV, ports=ports)
    assert "Drift" not in result.stdout
    assert ports.drift.asked == []
    (row,) = json.loads(run("status", "storage", *DEV, "-o", "json", ports=ports).stdout)
    assert row["drift"] is None


def test_nothing_has_drifted(run, ports):
    result = run("status", *DEV, "--drift", ports=ports)
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert lines["Stack"].split()[-1] == "Drift"
    assert lines[NAME].endswith("in sync")
    assert lines["PkgWatchApi-dev"].split()[1] == "NOT_DEPLOYED"
    assert "Detecting drift" in result.stderr
    compared = run("diff", *DEV, "--deployed", "--exit-code", ports=ports)
    assert (compared.exit_code, compared.stdout) == (0, "")
    assert compared.stderr.endswith("No differences.\n")


def test_what_has_drifted_is_shown_with_its_values(run, ports):
    ports.stacks.drifts = dict(DRIFTS)
    result = run("status", "storage", *DEV, "--drift", ports=ports)
    assert result.exit_code == 0
    table, text = result.stdout.split("\n\n")
    assert table.splitlines()[1].endswith("2 drifted")
    assert text.splitlines() == [
        "PkgWatchStorage-dev  drifted",
        "  ~ PackagesTable  AWS::DynamoDB::Table",
        '      Properties/BillingMode: "PAY_PER_REQUEST" -> "PROVISIONED"',
        '      Properties/Tags/0/SECRET: "(hidden)" -> "(hidden)"',
        "  - RawDataBucket  AWS::S3::Bucket  DATA LOSS",
    ]
    assert "pkgops deploy --revert-drift" in result.stderr
    assert run("diff", "storage", *DEV, "--deployed", ports=ports).stdout == text


def test_drift_as_data(run, ports):
    ports.stacks.drifts = dict(DRIFTS)
    shown = run("status", "storage", *DEV, "--drift", "-o", "json", ports=ports)
    (row,) = json.loads(shown.stdout)
    assert (row["drift"]["status"], row["drift"]["stack"]) == ("DRIFTED", NAME)
    compared = run("diff", "storage", *DEV, "--deployed", "--exit-code", "-o", "json", ports=ports)
    assert compared.exit_code == 1
    (stack,) = json.loads(compared.stdout)["pkgwatch"]
    assert (stack["key"], stack["action"], stack["resources"]) == ("storage", "drifted", row["drift"]["resources"])
    first = {"path": "Properties/BillingMode", "before": '"PAY_PER_REQUEST"', "after": '"PROVISIONED"'}
    assert stack["resources"][0]["differences"][0] == first | {"member": "", "reordered": False}
    assert SECRET not in shown.output + compared.output


def test_a_stack_whose_state_forbids_it_is_told(run, ports):
    ports.stacks.deployed(NAME, "UPDATE_ROLLBACK_IN_PROGRESS")
    result = run("status", "storage", *DEV, "--drift", ports=ports)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].endswith("not checked")
    assert f"{NAME}: not compared completely. Stack [{NAME}] is in UPDATE_ROLLBACK_IN_PROGRESS" in result.stderr
    compared = run("diff", "storage", *DEV, "--deployed", "--exit-code", ports=ports)
    assert (compared.exit_code, compared.stdout) == (0, "")
    assert "not compared completely" in compared.stderr


def test_a_dry_run_shows_what_would_be_taken_back(run, ports):
    ports.stacks.drifts = DRIFTS | {"PublicDataBucket": {"/AccessControl": ("Private", None)}}
    result = run("deploy", "storage", *DEV, "--revert-drift", "--dry-run", ports=ports)
    assert "AWS::S3::Bucket  set again, because AWS never reads it back, AccessControl\n" in result.stdout
    assert "    ~ PackagesTable  AWS::DynamoDB::Table  drifted, BillingMode, Tags/0/SECRET\n" in result.stdout
    assert "    + RawDataBucket  AWS::S3::Bucket  was deleted, will be recreated\n" in result.stdout
    assert "execute" not in ports.stacks.calls
    assert ports.stacks.calls.count("create_change_set") == ports.stacks.calls.count("delete_change_set")


def test_a_deployment_takes_it_back(run, ports):
    ports.stacks.drifts = dict(DRIFTS)
    result = run("deploy", "storage", *DEV, "--revert-drift", "--yes", ports=ports)
    assert result.exit_code == 0, result.stderr
    assert "Deployed pkgwatch" in result.stderr
    assert run("diff", "storage", *DEV, "--deployed", "--exit-code", ports=ports).exit_code == 0
    again = run("deploy", "storage", *DEV, "--revert-drift", ports=ports)
    assert "Nothing to deploy" in again.stderr
