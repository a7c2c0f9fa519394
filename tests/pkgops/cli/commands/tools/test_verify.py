"""pkgops verify; that the steps hold on the emulator is tested with the deployment's states."""

from __future__ import annotations

import json
from itertools import chain, repeat

import pytest

from pkgops.deploy.trial_stack import PRINTED
from tests.pkgops.fakes.logs import FakeLogs
from tests.pkgops.fakes.ports import FakePorts

GROUP = "/pkgops/PkgopsVerify-dev"
DEPLOYER = "PkgopsVerify-dev-Deployer"
DEV = ("--stage", "dev")


@pytest.fixture
def ports():
    ports = FakePorts()
    ports.stacks.broken["Broken"] = "There is no log group of account 123456789012"

    ports.logs = FakeLogs()
    ports.logs.write(GROUP, "before", [])

    answers = chain((1, 2, 1, 2, 1, 2, 1, 2, 1, 2), repeat(2))  # ten while the alias is moved

    def answer(event):
        ports.logs.write(GROUP, "one", [(1, PRINTED)])
        return next(answers)

    ports.functions.deployed["PkgopsVerify-dev"] = answer
    ports.stacks.drifts = {"Changed": {"/AssumeRolePolicyDocument/Statement/0": ("1", "2")}}
    ports.identity.unsettled = 2
    return ports


def test_what_is_as_expected(run, ports, project):
    result = run("verify", *DEV, "--yes", ports=ports)
    assert result.exit_code == 0, result.output
    assert "a first creation in express mode" in result.stdout
    assert "differs" not in result.stdout
    report = json.loads((project / "pkgops-verify.json").read_text())
    found = {step["step"]: step["found"] for step in report["steps"]}
    assert found["the versions that answered while it was moved"] == "both, in turns"
    assert found["what the function prints, in Live Tail"] == "shown"
    assert found["an update as the deployer, whose alias CodeDeploy moves"] == "UPDATE_COMPLETE"
    assert report["not_tried"] == []
    assert ports.stacks.describe() == []
    assert DEPLOYER not in ports.identity.roles
    assert len(ports.identity.signed) == 1
    assert "Broken" not in result.stderr  # a failure that is intended


def test_a_policy_that_stays_out_is_said_and_its_role_deleted(run, ports, project, monkeypatch):
    monkeypatch.setattr("pkgops.deploy.verification._SETTLES", 0.0)
    ports.identity.unsettled = 1_000
    result = run("verify", *DEV, "--yes", "-o", "json", ports=ports)
    assert result.exit_code == 1
    rows = [row for row in json.loads(result.stdout) if not row["ok"]]
    assert [row["step"] for row in rows] == ["a role with the policy that doctor --policy prints"]
    assert "Access denied (sts:AssumeRole)" in rows[0]["found"]
    assert DEPLOYER not in ports.identity.roles
    assert ports.stacks.describe() == []


def test_an_alias_that_is_moved_at_once_is_said(run, ports):
    ports.functions.deployed["PkgopsVerify-dev"] = lambda event: ports.logs.write(GROUP, "one", [(1, PRINTED)]) or 2
    result = run("verify", *DEV, "--yes", "-o", "json", ports=ports)
    assert [(row["expected"], row["found"]) for row in json.loads(result.stdout) if not row["ok"]] == [
        ("both, in turns", "2")
    ]


def test_what_differs(run, ports, project):
    ports.stacks.broken.clear()
    result = run("verify", *DEV, "--yes", "--to", "other.json", "-o", "json", ports=ports)
    assert result.exit_code == 1
    rows = json.loads(result.stdout)
    assert [(row["expected"], row["found"]) for row in rows if not row["ok"]] == [
        ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_COMPLETE"),
        ("Broken", "none"),
    ]
    assert json.loads((project / "other.json").read_text())["steps"] == rows


def test_the_report_names_no_account(run, ports, project):
    ports.stacks.broken["Queue"] = "arn:aws:sqs:us-east-1:123456789012:there"
    run("verify", *DEV, "--yes", ports=ports)
    assert "123456789012" not in (project / "pkgops-verify.json").read_text()


def test_it_is_asked_before(run, ports):
    assert run("verify", *DEV, ports=ports).exit_code == 6
    assert "create_change_set" not in ports.stacks.calls


def test_a_report_that_cannot_be_written(run, ports):
    result = run("verify", *DEV, "--yes", "--to", "absent/report.json", ports=ports)
    assert "The report cannot be written to absent/report.json" in result.stderr


def test_no_live_tail_is_said(run, ports):
    ports.logs.live_tail = False
    result = run("verify", *DEV, "--yes", "-o", "json", ports=ports)
    (row,) = [row for row in json.loads(result.stdout) if not row["ok"]]
    assert (row["expected"], row["found"]) == ("shown", "Live Tail cannot be used here.")


def interrupt(*_):
    raise KeyboardInterrupt


def test_ctrl_c_during_an_update_waits_for_its_end_and_deletes_the_stack(run, ports):
    ports.stacks.rounds = 2
    ports.functions.deployed["PkgopsVerify-dev"] = interrupt
    result = run("verify", *DEV, "--yes", ports=ports)
    assert result.exit_code == 130
    assert "Interrupted: the stack PkgopsVerify-dev is deleted now." in result.stderr
    assert ports.stacks.describe() == []


def test_ctrl_c_before_the_stack_owns_its_log_group_names_it(run, ports, monkeypatch):
    monkeypatch.setattr(ports.stacks, "failures", interrupt)
    result = run("verify", *DEV, "--yes", ports=ports)
    assert result.exit_code == 130
    assert f"aws logs delete-log-group --log-group-name {GROUP} --region us-east-1" in result.stderr.replace(
        "\n    ", " "
    )
    assert ports.stacks.describe() == []


def test_ctrl_c_while_a_role_settles_deletes_it(run, ports, monkeypatch):
    monkeypatch.setattr(ports.identity, "assume", interrupt)
    result = run("verify", *DEV, "--yes", ports=ports)
    assert result.exit_code == 130
    assert f"Interrupted: the role {DEPLOYER} is deleted now." in result.stderr
    assert DEPLOYER not in ports.identity.roles


def test_the_stack_of_another_trial_is_left_alone(run, ports):
    ports.stacks.deployed("PkgopsVerify-dev", "UPDATE_IN_PROGRESS")
    result = run("verify", *DEV, "--yes", ports=ports)
    assert result.exit_code == 6
    assert "The stack PkgopsVerify-dev is there already" in result.stderr
    assert not {"create_change_set", "delete"} & set(ports.stacks.calls)
