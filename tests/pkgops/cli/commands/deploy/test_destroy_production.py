"""Does destroying a system leave production alone, and everything that its stacks retain or do not have?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pkgops.build.build import synthesized
from pkgops.config import load
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import ACCOUNT
from tests.repository import link_project

WORDS = {"dev": "development", "prod": "production"}
BUCKETS = ("publicassetsbucket", "toolassetsbucket", "useruploadsbucket")
STAGES = f'[local]\n[dev]\n[prod]\nprotected = true\naccount = "{ACCOUNT}"\n'

Deployed = Callable[[str], FakePorts]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a project keeps, with Keyvex synthesized for both stages."""
    root = link_project(tmp_path_factory.mktemp("synthesized"), STAGES)
    for stage in WORDS:
        synthesized(load(stage, "keyvex", root, environ={}))
    return root / ".pkgops"


@pytest.fixture
def deployed(project: Path, home: Path) -> Deployed:
    """Keyvex on a stage, with an object in each of its buckets and in one of another system."""
    link_project(project, STAGES)
    (project / ".pkgops").symlink_to(home)

    def put(stage: str) -> FakePorts:
        ports = FakePorts()
        for stack in synthesized(load(stage, "keyvex", project, environ={})):
            ports.stacks.deployed(stack.name, "CREATE_COMPLETE", stack.template)
        ports.stacks.deployed("Another", "CREATE_COMPLETE", {"Resources": {"Public": {"Type": "AWS::S3::Bucket"}}})
        for bucket in (*(f"keyvex-{WORDS[stage]}-storage-{name}" for name in BUCKETS), "another-public"):
            ports.artifacts.others[bucket] = ["object", "object, before"]
        return ports

    return put


def names(ports: FakePorts) -> set[str]:
    return {state.name for state in ports.stacks.describe()}


@pytest.mark.parametrize(
    ("stage", "word", "yes"),
    [("prod", None, ()), ("production", None, ("--yes",)), ("prod", "production", ("--yes",)), ("prod", "prod", ())],
)
def test_production_is_refused_without_its_name(run, deployed, monkeypatch, stage, word, yes):
    ports = deployed("prod")
    before = names(ports)
    if word:
        monkeypatch.setenv("PKGOPS_CONFIRM", word)
    result = run("destroy", "keyvex", "--stage", stage, *yes, ports=ports)
    assert result.exit_code == 6, result.output
    assert "nothing was changed" in result.stderr
    assert (names(ports), len(ports.artifacts.others)) == (before, 4)
    assert "delete" not in ports.stacks.calls


def test_production_named_keeps_its_data(run, deployed, monkeypatch):
    ports = deployed("prod")
    monkeypatch.setenv("PKGOPS_CONFIRM", "prod")
    result = run("destroy", "keyvex", "--stage", "prod", "--yes", ports=ports)
    assert result.exit_code == 0, result.output
    assert names(ports) == {"Another"}
    assert len(ports.artifacts.others) == 4
    kept = [line.strip() for line in result.stdout.splitlines()[1:]]
    types = sorted(line.rpartition("(")[2] for line in kept)
    assert [types.count(f"AWS::{kind})") for kind in ("S3::Bucket", "DynamoDB::Table", "SecretsManager::Secret")] == [
        *(3, 1, 3)
    ]


def test_development_is_emptied_and_nothing_else(run, deployed):
    ports = deployed("dev")
    result = run("destroy", "keyvex", "--stage", "dev", "--yes", ports=ports)
    assert result.exit_code == 0, result.output
    assert names(ports) == {"Another"}
    assert list(ports.artifacts.others) == ["another-public"]


def test_what_one_stack_has_is_all_that_goes_with_it(run, deployed):
    ports = deployed("dev")
    before = names(ports)
    result = run("destroy", "keyvex/Keyvex-Monitoring", "--stage", "dev", "--yes", ports=ports)
    assert result.exit_code == 0, result.output
    assert names(ports) == before - {"Keyvex-development-Monitoring"}
    assert len(ports.artifacts.others) == 4
