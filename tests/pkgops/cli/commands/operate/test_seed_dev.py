"""pkgops seed-dev."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.queues import FakeQueues
from tests.pkgops.fakes.stacks import ACCOUNT
from tests.pkgops.fakes.tables import FakeTables

DEV = ("--stage", "dev")
TABLES = {"PackagesTableName": "packages", "ApiKeysTableName": "api-keys"}


@pytest.fixture
def ports(project):
    """The two tables seeds go to; a scorer that scores at once."""
    tables = FakeTables(packages=("pk", "sk"), api_keys=("pk", "sk"))
    tables.filled = lambda item: {**item, "health_score": 50}
    ports = FakePorts(tables=tables)
    ports.stacks.deployed("PkgWatchStorage-dev", "CREATE_COMPLETE", outputs=TABLES)
    return ports


def test_keys_are_shown_once(run, ports):
    first = run("seed-dev", *DEV, ports=ports)
    assert first.exit_code == 0, first.stderr
    assert "Shown once; save them now:" in first.stdout
    assert first.stdout.count("pw_") == 4
    again = run("seed-dev", *DEV, ports=ports)
    assert again.exit_code == 0
    assert "pw_" not in again.output
    kinds = [line.split()[:-2] for line in again.stdout.splitlines()[1:]]
    assert all("0" in kind for kind in kinds)


def test_json(run, ports):
    report = json.loads(run("seed-dev", *DEV, "-o", "json", ports=ports).stdout)["pkgwatch"]
    assert len(report["revealed"]) == 4
    assert {"kind", "written", "existing", "failed"} == set(report["counts"][0])


def test_what_is_missing_is_named_and_the_code_is_1(run, ports):
    ports.tables.filled = lambda item: item
    result = run("seed-dev", *DEV, "--timeout", "0.2", ports=ports)
    assert result.exit_code == 1
    assert "still without health_score" in result.stderr
    assert "see pkgops tail-logs score-calculator --stage dev" in result.stderr
    assert "pw_" in result.stdout


@pytest.fixture
def pipeline(ports):
    """A queue whose consumer stores what it is sent as collected and scored."""
    ports.stacks.deployed("PkgWatchPipeline-dev", "CREATE_COMPLETE", outputs={"PackageQueueUrl": "https://sqs/1/work"})
    ports.queues = FakeQueues(work=[])

    def collected(body):
        message = json.loads(body)
        key = (f"{message['ecosystem']}#{message['name']}", "LATEST")
        now = {"collected_at": "2100-01-01", "scored_at": "2100-01-01", "data_status": "complete", "health_score": 9}
        ports.tables.items["packages"][key] |= now
        return []

    ports.queues.consumer = collected
    return ports


def test_a_handful_is_sent_through_the_pipeline(run, pipeline):
    result = run("seed-dev", *DEV, "--collect", ports=pipeline)
    assert result.exit_code == 0, result.stderr
    assert "npm/svelte   complete" in result.stdout
    assert "pw_" in result.stdout
    report = json.loads(run("seed-dev", *DEV, "--collect", "--timeout", "0.2", "-o", "json", ports=pipeline).stdout)[
        "pkgwatch"
    ]
    assert report["collected"]["stuck"]  # nothing is updated: every item is of the year 2100 already


def test_what_does_not_arrive_is_named(run, pipeline):
    pipeline.queues.consumer = lambda body: [body]
    result = run("seed-dev", *DEV, "--collect", "--timeout", "0.2", ports=pipeline)
    assert result.exit_code == 1
    assert (
        "npm/express did not arrive: no collected_at after 0 s. See pkgops tail-logs package-collector" in result.stderr
    )


def test_keys_are_shown_even_if_collecting_fails(run, pipeline):
    pipeline.queues.waiting.clear()
    result = run("seed-dev", *DEV, "--collect", ports=pipeline)
    assert result.exit_code == 1
    assert "Queue work is not deployed" in result.stderr
    assert "pw_" in result.stdout


def test_offline_is_refused_where_upstreams_are_real_before_anything_is_written(run, pipeline):
    result = run("seed-dev", *DEV, "--collect", "--offline", ports=pipeline)
    assert result.exit_code == 6
    assert "Stage dev collects from the internet" in result.stderr
    assert not any(pipeline.tables.items.values())
    assert run("seed-dev", *DEV, "--offline", ports=pipeline).exit_code == 2


def test_protected_stages_are_refused(run, ports, project):
    stages = project / "stages.toml"
    stages.write_text(stages.read_text().replace("[dev]", f'[dev]\nprotected = true\naccount = "{ACCOUNT}"'))
    result = run("seed-dev", *DEV, ports=ports)
    assert result.exit_code == 6
    assert not any(ports.tables.items.values())


def test_a_stack_has_no_data_of_its_own(run, ports):
    result = run("seed-dev", "storage", *DEV, ports=ports)
    assert result.exit_code == 2
    assert "systems" in result.stderr


def test_not_deployed(run, project):
    result = run("seed-dev", *DEV, ports=FakePorts(tables=FakeTables()))
    assert result.exit_code == 2
    assert "pkgops deploy" in result.stderr
