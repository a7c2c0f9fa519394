"""Does a system live through everything an operator does to it?"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Deployed, NewProject
from tests.emulator import client
from tests.waiting import eventually

pytestmark = pytest.mark.e2e


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
    eventually(lambda: not other.emulator.running())
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
