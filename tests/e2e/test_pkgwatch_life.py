"""Does a system live through everything an operator does to it?"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Deployed, NewProject
from tests.emulator import client

pytestmark = pytest.mark.e2e


def test_deploying_again_changes_nothing(pkgwatch: Deployed) -> None:
    done = pkgwatch.pkgops("deploy", "--yes")
    assert "Nothing to deploy" in done.stderr
    assert pkgwatch.pkgops("diff", "--exit-code").returncode == 0


def test_seeding_again_writes_nothing_and_shows_no_key(pkgwatch: Deployed) -> None:
    done = pkgwatch.pkgops("seed-dev")
    assert "pw_" not in done.stdout + done.stderr
    rows = {row["kind"]: row for row in pkgwatch.rows("seed-dev")["pkgwatch"]["counts"]}
    assert {row["written"] for row in rows.values()} == {0}


def test_no_key_is_in_any_output_file_or_log(pkgwatch: Deployed) -> None:
    key = pkgwatch.keys["pro"]
    pkgwatch.request("GET", "/packages/npm/react", key=key)
    shown = pkgwatch.pkgops("tail-logs", "--since", "1h", "--raw").stdout
    shown += pkgwatch.pkgops("outputs", "--output", "json").stdout + pkgwatch.pkgops("events").stdout
    assert key not in shown
    kept = [path for path in (pkgwatch.root / ".pkgops" / "cache").rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if key.encode() in path.read_bytes()]


def test_logs_are_found_by_any_name(pkgwatch: Deployed) -> None:
    pkgwatch.request("GET", "/usage", key=pkgwatch.keys["pro"])
    for name in ("get-usage", "GetUsageHandler", "/aws/lambda/pkgwatch-api-get-usage-local"):
        assert "GET /usage" in pkgwatch.pkgops("tail-logs", name, "--since", "10m").stdout
    lines = [json.loads(line) for line in pkgwatch.pkgops("tail-logs", "--output", "json").stdout.splitlines()]
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)


def test_one_changed_handler_updates_one_stack(tmp_path: Path, pkgwatch: Deployed) -> None:
    """On a copy of the handlers in the same project directory's place: the deployed stacks are shared."""
    original = (pkgwatch.root / "handlers").resolve()
    copy = tmp_path / "handlers"
    shutil.copytree(original, copy)
    link = pkgwatch.root / "handlers"
    link.unlink()
    link.symlink_to(copy)
    try:
        path = copy / "pkgwatch" / "api" / "health.py"
        path.write_text(path.read_text(encoding="utf-8") + "# one line more\n", encoding="utf-8")
        plan = pkgwatch.pkgops("diff")
        assert "HealthFunction" in plan.stdout
        done = pkgwatch.pkgops("deploy", "--yes")
        assert "PkgWatchApi-local" in done.stdout + done.stderr
        assert pkgwatch.request("GET", "/health").status == 200
    finally:
        link.unlink()
        link.symlink_to(original)
    pkgwatch.pkgops("deploy", "--yes")


@pytest.fixture
def other(new_project: NewProject) -> Iterator[Deployed]:
    project = new_project("pkgwatch")
    yield project
    project.pkgops("local", "down", ok=False)


def test_destroyed_and_deployed_again_the_data_is_there(other: Deployed) -> None:
    other.pkgops("deploy", "--yes")
    other.pkgops("seed-dev")
    refused = other.pkgops("destroy", ok=False)
    assert refused.returncode == 6
    kept = other.pkgops("destroy", "--yes").stdout
    assert "pkgwatch-packages-local" in kept
    cloudformation = client(other.emulator, "cloudformation")
    assert [stack["StackName"] for stack in cloudformation.describe_stacks()["Stacks"]] == []
    functions = client(other.emulator, "lambda").list_functions()["Functions"]
    assert functions == []
    other.pkgops("deploy", "--yes")
    again = {row["kind"]: row for row in other.rows("seed-dev")["pkgwatch"]["counts"]}
    assert again["package"]["written"] == 0
    assert other.request("GET", "/packages/npm/lodash").status == 200


def test_state_survives_a_restart_and_a_crash_is_told(other: Deployed) -> None:
    other.pkgops("deploy", "--yes", "--only", "storage")
    other.pkgops("local", "down")
    other.pkgops("local", "up")
    assert {row["status"] for row in other.rows("status", "storage")} == {"CREATE_COMPLETE"}
    pid = other.emulator.status().pid
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while other.emulator.running():
        assert time.monotonic() < deadline
    done = other.pkgops("local", "up")
    assert "lost" in (done.stdout + done.stderr)


def test_a_failed_resource_is_named_with_reason_and_end_state(other: Deployed) -> None:
    other.pkgops("local", "up")
    cloudwatch = client(other.emulator, "cloudwatch")  # alarms are not among what is looked for beforehand
    name = "pkgwatch-collector-errors-local"
    metric = {"Namespace": "Any", "MetricName": "Any", "Statistic": "Sum", "Period": 60, "Threshold": 1.0}
    cloudwatch.put_metric_alarm(
        AlarmName=name, EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold", **metric
    )
    done = other.pkgops("deploy", "--yes", ok=False)
    assert done.returncode == 5, done.stderr
    assert f"'{name}' already exists" in done.stderr
    assert "templates/pkgwatch/" in done.stderr
    assert "ROLLBACK_COMPLETE" in done.stderr
    cloudwatch.delete_alarms(AlarmNames=[name])
    other.pkgops("deploy", "--yes")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("deploy", "pkgwach"), 2, "pkgwatch"),
        (("deploy", "--stage", "prd"), 2, "prod"),
        (("deploy", "pkgwatch/stroage"), 2, "storage"),
        (("tail-logs", "get-pakage"), 2, "get-package"),
        (("outputs", "ApiUrI"), 2, "ApiUrl"),
        (("synth", "--stage", "prod"), 2, "STRIPE_PRICE_STARTER"),
        (("seed-dev", "--stage", "prod"), 6, "protected"),
    ],
)
def test_wrong_names_get_the_nearest_ones(pkgwatch: Deployed, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = pkgwatch.pkgops(*arguments, ok=False)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_credentials_it_says_so(pkgwatch: Deployed) -> None:
    nowhere = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(pkgwatch.root), "AWS_CONFIG_FILE": "/nonexistent"}
    done = pkgwatch.pkgops("status", "--stage", "dev", ok=False, **nowhere)
    assert done.returncode == 4
    assert "No AWS credentials" in done.stderr
