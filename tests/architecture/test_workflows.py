"""Would the forge take the workflows, and do they say what they are meant to?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT
from tests.repository import SYSTEMS

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github/actions").glob("*/action.yml"))


def read(path: Path) -> Any:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in found.items()}  # YAML 1.1 has "on" for true


def steps(path: Path) -> list[dict[str, Any]]:
    found = read(path)
    jobs = found["jobs"].values() if "jobs" in found else [found["runs"]]
    return [step for job in jobs for step in job["steps"]]


def judged(schema: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    """By the schema that comes with the checker: nothing is fetched."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("schema", "paths"), [("vendor.github-workflows", WORKFLOWS), ("vendor.github-actions", ACTIONS)]
)
def test_they_are_as_the_forge_wants_them(schema: str, paths: list[Path]) -> None:
    assert paths
    done = judged(schema, *paths)
    assert done.returncode == 0, done.stdout


def test_a_wrong_one_would_be_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    text = (ROOT / ".github/workflows/deploy.yml").read_text(encoding="utf-8")
    wrong.write_text(text.replace("runs-on:", "run-on:"), encoding="utf-8")
    assert judged("vendor.github-workflows", wrong).returncode == 1


def test_what_is_offered_for_deployment_is_every_system_and_the_two_stages() -> None:
    offered = read(ROOT / ".github/workflows/deploy.yml")["on"]["workflow_dispatch"]["inputs"]
    assert offered["system"]["options"] == ["all", "pkgwatch", *sorted({*SYSTEMS} - {"pkgwatch"})]
    assert offered["stage"]["options"] == ["dev", "prod"]


def test_nobody_but_a_person_deploys_to_production() -> None:
    workflow = read(ROOT / ".github/workflows/deploy.yml")
    assert workflow["on"]["push"]["branches"] == ["main"]
    assert "workflow_dispatch" in workflow["jobs"]["prod"]["if"]
    assert workflow["jobs"]["prod"]["environment"]["name"] == "prod"
    confirming = [name for name, job in workflow["jobs"].items() if "PKGOPS_CONFIRM" in str(job)]
    assert (confirming, workflow["jobs"]["prod"]["env"]["PKGOPS_CONFIRM"]) == (["prod"], "prod")


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_script_holds_what_others_may_have_written(path: Path) -> None:
    """An expression inside a script is text of the script: values come by its environment."""
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


def test_tokens_may_do_no_more_than_is_said() -> None:
    for path in WORKFLOWS:
        assert read(path)["permissions"] == {"contents": "read"}, path.name


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_actions_of_this_repository_exist(path: Path) -> None:
    used = [step["uses"] for step in steps(path) if step.get("uses", "").startswith("./")]
    assert not [name for name in used if not (ROOT / name / "action.yml").is_file()]
