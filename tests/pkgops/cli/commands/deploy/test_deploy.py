"""pkgops deploy, against CloudFormation in memory."""

from __future__ import annotations

import json
import os
import signal

import pytest

from pkgops.ports.stacks import StackEvent
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import ACCOUNT, FakeStacks

DEV = ("--stage", "dev")


@pytest.fixture
def ports(built):
    return FakePorts()


def test_without_a_terminal_it_wants_yes(run, ports):
    result = run("deploy", "storage", *DEV, ports=ports)
    assert result.exit_code == 6
    assert "Add --yes." in result.stderr
    assert "execute" not in ports.stacks.calls
    assert ports.stacks.describe() == []


def test_yes_deploys_and_prints_the_outputs(run, ports):
    result = run("deploy", "storage", *DEV, "--yes", ports=ports)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["Stack", "Output", "Value"]
    assert ["storage", "PackagesTableName", "PackagesTable"] in [line.split() for line in lines]
    assert "PkgopsDigest" not in result.stdout
    assert "PkgWatchStorage-dev  create" in result.stderr
    assert "PkgWatchStorage-dev  CREATE_COMPLETE" in result.stderr
    assert "Deployed pkgwatch to stage dev" in result.stderr
    assert "Next: pkgops seed-dev pkgwatch --stage dev" in result.stderr


def test_what_the_templates_show_to_be_impossible_is_said_before_they_are_checked_and_built(run, project):
    ports = FakePorts()
    in_the_way(ports)
    refused = run("deploy", "storage", *DEV, "--yes", ports=ports)
    assert refused.exit_code == 6
    assert "--import RawDataBucket" in refused.stderr
    assert "Checking" not in refused.stderr
    assert "Packaging" not in refused.stderr


def test_again_there_is_nothing_to_do_and_nothing_is_asked(run, ports):
    run("deploy", "storage", *DEV, "--yes", ports=ports)
    ports.stacks.calls.clear()
    again = run("deploy", "storage", *DEV, ports=ports)
    assert again.exit_code == 0
    assert "Nothing to deploy" in again.stderr
    assert again.stdout == ""
    assert ports.stacks.calls == ["describe"]


def test_outputs_are_printed_where_they_changed_or_are_asked_for(run, ports):
    assert "PackagesTableName" in run("deploy", "storage", *DEV, "--yes", ports=ports).stdout
    assert "PackagesTableName" in run("deploy", "storage", "--outputs", *DEV, ports=ports).stdout
    name = "PkgWatchStorage-dev"
    (state,) = (one for one in ports.stacks.describe() if one.name == name)
    old = {**state.outputs, "PackagesTableName": "another"}
    template = json.loads(ports.stacks.template(name))
    del template["Resources"]["RawDataBucket"]
    ports.stacks.deployed(name, "UPDATE_COMPLETE", template, outputs=old)
    shown = run("deploy", "storage", "--force", *DEV, "--yes", ports=ports).stdout
    assert [line.split()[1] for line in shown.splitlines()[1:]] == ["PackagesTableName"], shown


def test_json(run, ports):
    result = run("deploy", "storage", *DEV, "--yes", "-o", "json", ports=ports)
    document = json.loads(result.stdout)["pkgwatch"]
    assert document["ok"] is True
    assert document["stacks"][0]["status"] == "CREATE_COMPLETE"
    assert document["outputs"]["storage.PackagesTableName"]
    events = [json.loads(line) for line in result.stderr.splitlines()]
    assert {"event", "stack", "status"} <= set(events[-1])


def test_a_failure_names_the_first_reason(run, ports):
    ports.stacks.broken["RawDataBucket"] = "The bucket name is taken."
    result = run("deploy", "storage", *DEV, "--yes", ports=ports)
    assert result.exit_code == 5
    assert "Error: PkgWatchStorage-dev ended in ROLLBACK_COMPLETE: RawDataBucket: The bucket" in result.stderr
    assert result.stdout == ""


def test_a_failure_as_json(run, ports):
    ports.stacks.broken["RawDataBucket"] = "The bucket name is taken."
    result = run("deploy", "storage", *DEV, "--yes", "--output", "json", ports=ports)
    assert json.loads(result.stdout)["pkgwatch"]["ok"] is False
    assert json.loads(result.stderr.splitlines()[-1])["code"] == 5


def test_dry_run_shows_each_resource_and_touches_nothing(run, ports):
    result = run("deploy", "storage", *DEV, "--dry-run", ports=ports)
    assert result.exit_code == 0
    assert "    + PackagesTable  AWS::DynamoDB::Table\n" in result.stdout
    assert "execute" not in ports.stacks.calls
    document = json.loads(run("deploy", "storage", *DEV, "--dry-run", "-o", "json", ports=ports).stdout)
    assert document["pkgwatch"]["stacks"][0]["action"] == "create"
    assert document["pkgwatch"]["stacks"][0]["changes"][0]["action"] == "Add"


def test_named_stacks_bring_what_they_use(run, ports):
    stacks = json.loads(run("deploy", "api", *DEV, "--dry-run", "-o", "json", ports=ports).stdout)
    assert {"storage", "api"} <= {stack["stack"] for stack in stacks["pkgwatch"]["stacks"]}
    alone = run("deploy", "api", "--only", *DEV, "--dry-run", ports=ports)
    assert alone.exit_code == 2
    assert "storage" in alone.stderr


def replaced(ports: FakePorts) -> None:
    """The packages table as it was under another name: CloudFormation would replace it."""
    states = {state.name: state for state in ports.stacks.describe()}
    name = "PkgWatchStorage-dev"
    template = json.loads(ports.stacks.template(name))
    template["Resources"]["PackagesTable"]["Properties"]["TableName"] = "older"
    state = states[name]
    outputs = {**state.outputs, "PkgopsDigest": "other"}
    ports.stacks.deployed(name, "UPDATE_COMPLETE", template, outputs=outputs)


def test_lost_data_is_called_out(run, ports):
    run("deploy", "storage", *DEV, "--yes", ports=ports)
    replaced(ports)
    shown = run("deploy", "storage", *DEV, "--dry-run", ports=ports).stdout
    assert "    -/+ PackagesTable  AWS::DynamoDB::Table  DATA LOSS, replaced" in shown
    assert "Data would be lost:\n  PackagesTable: AWS::DynamoDB::Table replaced" in shown


def test_a_protected_stage_refuses_lost_data_unless_it_is_named(run, ports, project, monkeypatch):
    monkeypatch.setenv("PKGOPS_CONFIRM", "dev")
    stages = project / "stages.toml"
    stages.write_text(stages.read_text().replace("[dev]", f'[dev]\naccount = "{ACCOUNT}"'))
    run("deploy", "storage", *DEV, "--yes", ports=ports)
    stages.write_text(stages.read_text().replace("[dev]", "[dev]\nprotected = true"))
    replaced(ports)
    refused = run("deploy", "storage", *DEV, "--yes", ports=ports)
    assert refused.exit_code == 6
    assert "--allow PackagesTable" in refused.stderr
    allowed = run("deploy", "storage", *DEV, "--yes", "--allow", "PackagesTable", ports=ports)
    assert allowed.exit_code == 0, allowed.stderr


class LetGo(FakeStacks):
    """An operation that takes for ever; Ctrl-C arrives while it is being watched."""

    def __init__(self) -> None:
        super().__init__(rounds=1_000_000)

    def events(self, stack: str, until: str = "", since: str = "", *, newest: bool = False) -> list[StackEvent]:
        if self.calls.count("events") == 1:
            os.kill(os.getpid(), signal.SIGINT)
        return super().events(stack, until, since, newest=newest)


def test_interrupted_it_reports_what_continues(run, built):
    stacks = LetGo()
    stacks.deployed("PkgopsBootstrap-dev", "CREATE_COMPLETE")
    result = run("deploy", "storage", *DEV, "--yes", ports=FakePorts(stacks=stacks))
    assert result.exit_code == 130
    assert "Detaching from running operations; interrupt again to exit at once.\n" in result.stderr
    assert result.stderr.splitlines()[-1] == (
        "Stopped watching PkgWatchStorage-dev; CloudFormation continues. "
        "To watch again: pkgops deploy pkgwatch --stage dev; for the status: pkgops status --stage dev; "
        "to cancel an update: pkgops cancel pkgwatch --stage dev."
    )
    (state,) = [state for state in stacks.describe() if state.name == "PkgWatchStorage-dev"]
    assert state.in_progress


def test_another_account_is_refused(run, ports, project):
    stages = project / "stages.toml"
    stages.write_text(stages.read_text().replace("[dev]", '[dev]\naccount = "999999999999"'))
    result = run("deploy", "storage", *DEV, "--yes", ports=ports)
    assert result.exit_code == 4
    assert ACCOUNT in result.stderr


@pytest.mark.parametrize("verb", ["deploy", "destroy"])
def test_it_need_not_wait_for_somebody_else(run, ports, verb):
    ports.stacks.deployed("PkgWatchStorage-dev", "UPDATE_IN_PROGRESS")
    result = run(verb, *DEV, "--yes", "--wait", "0", ports=ports)
    assert result.exit_code == 5
    assert "PkgWatchStorage-dev (UPDATE_IN_PROGRESS); nothing was changed" in result.stderr
    assert ports.stacks.calls == ["describe"]
    assert run(verb, *DEV, "--yes", "--wait", "a while", ports=ports).exit_code == 2


def test_unknown_stack(run, ports):
    assert run("deploy", "storrage", *DEV, ports=ports).exit_code == 2


def in_the_way(ports: FakePorts) -> None:
    """A bucket of the stack's was made by hand, one of its tables is left from an earlier life."""
    ports.existing.put("AWS::S3::Bucket", f"pkgwatch-raw-data-{ACCOUNT}-dev")
    ports.existing.put("AWS::DynamoDB::Table", "pkgwatch-packages-dev")


def test_what_is_in_the_way_is_refused_with_the_choices(run, ports):
    in_the_way(ports)
    shown = run("deploy", "storage", *DEV, "--dry-run", ports=ports)
    assert shown.exit_code == 0
    assert "Conflicts:\n  RawDataBucket: AWS::S3::Bucket pkgwatch-raw-data-" in shown.stdout
    assert (
        "Existing resources:\n  PackagesTable: AWS::DynamoDB::Table pkgwatch-packages-dev is imported automatically"
        in shown.stdout
    )
    refused = run("deploy", "storage", *DEV, "--yes", ports=ports)
    assert refused.exit_code == 6
    assert "--import RawDataBucket: imports it into its stack as it is." in refused.stderr
    assert "templates/pkgwatch/storage.py:" in refused.stderr
    assert ports.stacks.describe() == []


def test_what_is_imported_is_told_and_carried_out(run, ports):
    in_the_way(ports)
    chosen = ("deploy", "storage", *DEV, "--yes", "--import", "RawDataBucket")
    document = json.loads(run(*chosen, "--dry-run", "-o", "json", ports=ports).stdout)["pkgwatch"]
    rows = {row["logical_id"]: (row["kind"], row["resolution"]) for row in document["conflicts"]}
    assert rows == {"RawDataBucket": ("already exists", "import"), "PackagesTable": ("is imported automatically", "")}
    result = run(*chosen, ports=ports)
    assert result.exit_code == 0, result.stderr
    assert "imported; kept when the stack is destroyed" in result.stderr
    assert "PkgWatchStorage-dev  IMPORT_COMPLETE" in result.stderr
    assert "PkgWatchStorage-dev  UPDATE_COMPLETE" in result.stderr
    assert run("deploy", "storage", *DEV, ports=ports).exit_code == 0
