"""Would the forge take the workflows, and do they say what they are meant to?"""

from __future__ import annotations

import re
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
# Of the projects that `pkgops init` makes.
TEMPLATES = sorted((ROOT / "pkgops/init").rglob(".github/workflows/*.yml"))
EVERY = [*WORKFLOWS, *TEMPLATES, *ACTIONS]
# What jobs may write, and why; every other permission of any job is to read.
WRITES = {
    ("deploy.yml", "dev", "id-token"): "the role of AWS",
    ("deploy.yml", "prod", "id-token"): "the role of AWS",
    ("deploy.yml", "comment", "contents"): "a comment on the commit",
    ("pr-check.yml", "diff", "id-token"): "the role of AWS",
    ("pr-check.yml", "comment", "pull-requests"): "a comment on the pull request",
}
PINNED = re.compile(r"uses: (?P<action>[\w.-]+/[\w./-]+)@(?P<commit>[0-9a-f]{40}) # v\d+\.\d+\.\d+")


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
    ("schema", "paths"),
    [
        ("vendor.github-workflows", [*WORKFLOWS, *TEMPLATES]),
        ("vendor.github-actions", ACTIONS),
        ("vendor.dependabot", [ROOT / ".github/dependabot.yml"]),
    ],
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


def test_production_is_deployed_from_the_protected_branch_by_a_role() -> None:
    job = read(ROOT / ".github/workflows/deploy.yml")["jobs"]["prod"]
    assert "github.ref == 'refs/heads/main'" in job["if"]
    (credentials,) = [step for step in job["steps"] if step.get("uses") == "./.github/actions/credentials"]
    assert set(credentials["with"]) == {"role", "region"}


def named(paths: list[Path]) -> Any:
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.relative_to(ROOT).as_posix())


@named(EVERY)
def test_no_script_holds_what_others_may_have_written(path: Path) -> None:
    """An expression inside a script is text of the script: values come by its environment."""
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


@named(EVERY)
def test_actions_of_others_are_pinned_by_commit(path: Path) -> None:
    """A tag can be moved to other code; the version in the comment is for people, and for what moves the pins."""
    lines = [line.strip().removeprefix("- ") for line in path.read_text(encoding="utf-8").splitlines()]
    used = [line for line in lines if line.startswith("uses:") and "./" not in line]
    assert len(used) == len([step for step in steps(path) if not step.get("uses", "./").startswith("./")])
    assert [line for line in used if not PINNED.fullmatch(line)] == []


def test_an_action_is_the_same_everywhere() -> None:
    found = [PINNED.findall(path.read_text(encoding="utf-8")) for path in EVERY]
    commits = {pin for pins in found for pin in pins}
    assert len(commits) == len({action for action, _ in commits}) == 5


def test_what_jobs_may_write_is_listed() -> None:
    asked = {
        (path.name, name, scope)
        for path in [*WORKFLOWS, *TEMPLATES]
        for name, job in read(path)["jobs"].items()
        for scope, access in job.get("permissions", {}).items()
        if access != "read"
    }
    assert asked == set(WRITES)


@named([*WORKFLOWS, *TEMPLATES])
def test_code_of_the_repository_runs_without_credentials_it_does_not_need(path: Path) -> None:
    """Code is not left with the token it was fetched with, and a job that may write to the repository runs none."""
    for name, job in read(path)["jobs"].items():
        fetched = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
        assert all(step["with"] == {"persist-credentials": False} for step in fetched), name
        assert not fetched or {"contents", "pull-requests"}.isdisjoint(
            scope for scope, access in job.get("permissions", {}).items() if access == "write"
        )
        assert "timeout-minutes" in job, name


@named([*WORKFLOWS, *TEMPLATES])
def test_nothing_is_run_for_a_pull_request_with_the_rights_of_the_branch_it_goes_to(path: Path) -> None:
    assert not {"pull_request_target", "workflow_run"} & set(read(path)["on"])


def test_tokens_may_do_no_more_than_is_said() -> None:
    for path in (*WORKFLOWS, *TEMPLATES):
        assert read(path)["permissions"] == {"contents": "read"}, path.name


@named(EVERY)
def test_actions_of_this_repository_exist(path: Path) -> None:
    used = [step["uses"] for step in steps(path) if step.get("uses", "").startswith("./")]
    assert not [name for name in used if not (ROOT / name / "action.yml").is_file()]


def requirements() -> list[Path]:
    """Every file of resolved requirements: those of the tool, of the handlers' layers, of new projects."""
    return sorted(
        path
        for path in (*(ROOT / "requirements").glob("*.txt"), *ROOT.glob("**/handlers/requirements.txt"))
        if ".venv" not in path.parts
    )


@pytest.mark.parametrize("path", requirements(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_everything_that_is_installed_is_pinned_with_its_hashes(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    rows = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert [row for row in rows if not re.match(r"[\w.\[\],-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", row)] == []


def test_installations_check_the_hashes() -> None:
    """Of the tool's own requirements; the layers' installation is tested where it is built."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    installed = [line for line in text.splitlines() if re.search(r"\bpip\b.* install ", line)]
    assert len(installed) == 6
    assert [line for line in installed if "--require-hashes" not in line and "--no-deps" not in line] == []
