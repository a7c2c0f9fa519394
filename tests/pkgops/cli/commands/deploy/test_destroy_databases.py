"""What destroying does with protected databases, and with what is left of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pkgops.build.build import synthesized
from pkgops.config import load
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import ACCOUNT
from tests.repository import link_project

STAGES = f'[local]\n[dev]\n[prod]\nprotected = true\naccount = "{ACCOUNT}"\n'
CLUSTER = "AWS::RDS::DBCluster"

Deployed = Callable[[str], tuple[FakePorts, str]]


@pytest.fixture
def deployed(project: Path) -> Deployed:
    """Stream Sales on a stage, and the name of its database, which is protected in production."""
    link_project(project, STAGES)

    def put(stage: str) -> tuple[FakePorts, str]:
        ports = FakePorts()
        (stack,) = synthesized(load(stage, "stream_sales", project, environ={}))
        ports.stacks.deployed(stack.name, "CREATE_COMPLETE", stack.template)
        rows = ports.stacks.resources(stack.name)
        name = next(row.physical_id for row in rows if row.type == CLUSTER)
        if stage == "prod":
            ports.databases.guarded = {name}
            ports.databases.left = {name: [f"{name}-last", f"{name}-older"]}
        return ports, name

    return put


def test_a_protected_database_is_refused_before_anything_is_changed(run, deployed, monkeypatch):
    ports, name = deployed("prod")
    monkeypatch.setenv("PKGOPS_CONFIRM", "prod")
    result = run("destroy", "stream_sales", "--stage", "prod", "--yes", ports=ports)
    assert result.exit_code == 6, result.output
    assert f"{name} on stage prod has deletion protection; nothing was changed" in result.stderr
    assert "--disable-protection" in result.stderr
    assert ports.databases.unprotected == []
    assert "delete" not in ports.stacks.calls


def test_the_protection_goes_first_and_only_once_the_stage_is_named(run, deployed, monkeypatch):
    ports, name = deployed("prod")
    ports.databases.after = 3  # RDS takes a while
    arguments = ("destroy", "stream_sales", "--stage", "prod", "--yes", "--disable-protection")
    refused = run(*arguments, ports=ports)
    assert refused.exit_code == 6
    assert ports.databases.unprotected == []
    monkeypatch.setenv("PKGOPS_CONFIRM", "prod")
    result = run(*arguments, ports=ports)
    assert result.exit_code == 0, result.output
    assert f"database {name}, whose deletion protection is turned off first, of which a last snapshot" in result.stderr
    assert ports.databases.unprotected == [name]
    assert ports.databases.guarded == set()
    kept = result.stdout.splitlines()[1:]
    types = sorted(line.rpartition("(")[2].removesuffix(")") for line in kept)
    buckets, secrets = ["AWS::S3::Bucket"] * 2, ["AWS::SecretsManager::Secret"] * 4
    assert types == ["AWS::RDS::DBClusterSnapshot", *buckets, *secrets]
    assert f"{name}-last (" in result.stdout
    assert "older" not in result.stdout


def test_what_is_kept_is_data_too(run, deployed, monkeypatch):
    ports, name = deployed("prod")
    monkeypatch.setenv("PKGOPS_CONFIRM", "prod")
    flags = ("--yes", "--disable-protection", "--output", "json")
    found = json.loads(run("destroy", "stream_sales", "--stage", "prod", *flags, ports=ports).stdout)
    assert f"{name}-last" in [row["physical_id"] for row in found["stream_sales"]["kept"]]


def test_dev_goes_without_a_trace(run, deployed):
    ports, name = deployed("dev")
    result = run("destroy", "stream_sales", "--stage", "dev", "--yes", "--disable-protection", ports=ports)
    assert result.exit_code == 0, result.output
    assert (ports.databases.unprotected, result.stdout) == ([], "")
    assert f"database {name}\n" in result.stderr
