"""pkgops seed-dev."""

from __future__ import annotations

import json

import pytest

from tests.fakes.ports import FakePorts
from tests.fakes.stacks import ACCOUNT
from tests.fakes.tables import FakeTables

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
    assert "Shown once; keep them now:" in first.stdout
    assert first.stdout.count("pw_") == 4
    again = run("seed-dev", *DEV, ports=ports)
    assert again.exit_code == 0
    assert "pw_" not in again.output
    kinds = [line.split()[:-2] for line in again.stdout.splitlines()[1:]]
    assert all("0" in kind for kind in kinds)


def test_json(run, ports):
    report = json.loads(run("seed-dev", *DEV, "-o", "json", ports=ports).stdout)["pkgwatch"]
    assert len(report["revealed"]) == 4
    assert {"kind", "written", "there", "failed"} == set(report["counts"][0])


def test_what_is_missing_is_named_and_the_code_is_1(run, ports):
    ports.tables.filled = lambda item: item
    result = run("seed-dev", *DEV, "--timeout", "0.2", ports=ports)
    assert result.exit_code == 1
    assert "still without health_score" in result.stderr
    assert "see pkgops tail-logs score-calculator --stage dev" in result.stderr
    assert "pw_" in result.stdout


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
