"""pkgops outputs."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks

URL = "https://abc123.execute-api.us-east-1.amazonaws.com/v1"


@pytest.fixture
def ports():
    stacks = FakeStacks()
    stacks.deployed(
        "PkgWatchApi-dev",
        "UPDATE_COMPLETE",
        outputs={"ApiUrl": URL, "PkgopsDigest": "f00"},
        exports={"ApiUrl": "PkgWatchApiUrl-dev"},
    )
    stacks.deployed("PkgWatchStorage-dev", "CREATE_COMPLETE", outputs={"PackagesTableName": "it's"})
    return FakePorts(stacks=stacks, endpoint=None)


def test_a_table_without_the_tools_own(run, ports):
    lines = run("outputs", "--stage", "dev", ports=ports).stdout.splitlines()
    assert lines[0].split() == ["Stack", "Output", "Value", "Export"]
    assert lines[1].split() == ["storage", "PackagesTableName", "it's", "-"]
    assert lines[2].split() == ["api", "ApiUrl", URL, "PkgWatchApiUrl-dev"]
    assert len(lines) == 3


@pytest.mark.parametrize("key", ["ApiUrl", "api.ApiUrl", "apiurl", "PkgWatchApiUrl-dev"])
def test_a_bare_value(run, ports, key):
    assert run("outputs", key, "--stage", "dev", ports=ports).stdout == URL + "\n"


def test_a_value_as_json(run, ports):
    assert json.loads(run("outputs", "ApiUrl", "--stage", "dev", "-o", "json", ports=ports).stdout) == {
        "stack": "api",
        "key": "ApiUrl",
        "value": URL,
        "export": "PkgWatchApiUrl-dev",
    }


@pytest.mark.parametrize("option", [("--format", "json"), ("--output", "json")])
def test_json(run, ports, option):
    assert json.loads(run("outputs", "--stage", "dev", *option, ports=ports).stdout) == {
        "storage": {"PackagesTableName": "it's"},
        "api": {"ApiUrl": URL},
    }


def test_dotenv_and_shell(run, ports):
    assert f"API_URL={URL}\n" in run("outputs", "--stage", "dev", "--format", "dotenv", ports=ports).stdout
    shell = run("outputs", "--stage", "dev", "--format", "shell", ports=ports).stdout
    assert "export PACKAGES_TABLE_NAME='it'\"'\"'s'\n" in shell


def test_on_stage_local_addresses_lead_to_the_emulator(run):
    stacks = FakeStacks()
    stacks.deployed("PkgWatchApi-local", "CREATE_COMPLETE", outputs={"ApiUrl": URL})
    value = run("outputs", "ApiUrl", ports=FakePorts(stacks=stacks)).stdout
    assert value.startswith("http://127.0.0.1:1/")
    assert "amazonaws" not in value


def test_unknown_output(run, ports):
    result = run("outputs", "ApiUrll", "--stage", "dev", ports=ports)
    assert result.exit_code == 2
    assert result.stderr == "Error: Unknown output 'ApiUrll'.\nDid you mean ApiUrl?\n"


def test_nothing_deployed(run):
    result = run("outputs", "--stage", "dev", ports=FakePorts(endpoint=None))
    assert result.exit_code == 2
    assert "pkgops deploy pkgwatch --stage dev" in result.stderr
