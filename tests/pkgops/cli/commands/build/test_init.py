"""``pkgops init``: a new project's files, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pkgops import project as projects
from pkgops.cli.main import COMMANDS
from tests.repository import ROOT

ARGUMENTS = {"invoke": ("something",), "local": ("up",)}  # of commands that cannot be called without


@pytest.fixture(autouse=True)
def empty(project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """The current directory holds nothing and lies in no project. What is compiled of a new one is not kept, as tests
    look at each file in it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    here = tmp_path_factory.mktemp("empty")
    monkeypatch.chdir(here)
    yield here
    projects.use_templates(ROOT)


def test_a_project_is_created_with_its_names_throughout(run, empty):
    result = run("init", "order-flow")
    assert result.exit_code == 0, result.stderr
    root = empty / "order-flow"
    assert result.stdout.strip() == str(root)
    assert projects.systems(root) == ("order_flow",)
    assert (root / "handlers" / "order_flow" / "create_note.py").is_file()
    golden = json.loads((root / "tests" / "golden" / "order_flow" / "prod" / "app.json").read_text())
    assert golden["Resources"]["NotesTable"]["Properties"]["TableName"] == "order-flow-notes"
    texts = [path.read_text().lower() for path in root.rglob("*") if path.is_file()]
    assert not [text for text in texts if "notes_app" in text or "notes-app" in text or "notesapp" in text]


def test_a_stack_file_is_at_most_40_lines(run, empty):
    run("init", "shop")
    assert len((empty / "shop" / "templates" / "shop" / "app.py").read_text().splitlines()) <= 40


@pytest.mark.parametrize("shipped", projects.systems(ROOT))
def test_a_shipped_system_is_renamed_throughout(run, empty, shipped):
    result = run("init", "tracker", "--from", shipped)
    assert result.exit_code == 0, result.stderr
    files = [path for path in (empty / "tracker").rglob("*") if path.is_file()]
    left = [
        path for path in files if shipped in f"{path.relative_to(empty)}\n{path.read_text(errors='ignore')}".lower()
    ]
    assert not left
    assert projects.load_system(empty / "tracker", "tracker").stacks


@pytest.mark.parametrize("on_the_path", [True, False])
def test_requirements_are_resolved_without_installing_the_tool(run, empty, monkeypatch, on_the_path):
    run("init", "my project/shop")
    tools = empty / "my project" / "bin"
    if on_the_path:
        tools.mkdir()
        (tools / "uv").write_text("#!/bin/sh\n")
        (tools / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    command = ["make", "--dry-run", "--no-print-directory", "pins"]
    planned = subprocess.run(command, cwd=empty / "my project" / "shop", capture_output=True, text=True, check=True)
    lines = planned.stdout.splitlines()
    assert [line for line in lines if "pip install" in line] == [
        ".venv/bin/python -m pip install --quiet --disable-pip-version-check uv"
    ] * (not on_the_path)
    assert lines[-2].startswith("uv pip compile" if on_the_path else ".venv/bin/uv pip compile")


def test_a_directory_with_files_is_left_alone_unless_told_otherwise(run, empty):
    (empty / "shop").mkdir()
    (empty / "shop" / "LICENSE").write_text("mine")
    refused = run("init", "shop")
    assert (refused.exit_code, [path.name for path in (empty / "shop").iterdir()]) == (6, ["LICENSE"])
    assert run("init", "shop", "--force").exit_code == 0
    assert (empty / "shop" / "LICENSE").read_text() == "mine"


def test_a_new_git_repository_is_an_empty_directory(run, empty, monkeypatch):
    (empty / "shop" / ".git").mkdir(parents=True)
    monkeypatch.chdir(empty / "shop")
    assert run("init", ".").exit_code == 0
    assert projects.systems(empty / "shop") == ("shop",)


def test_the_answer_as_json_lists_every_file(run, empty):
    made = json.loads(run("init", "shop", "--output", "json").stdout)
    there = sorted(
        path.relative_to(empty / "shop").as_posix() for path in (empty / "shop").rglob("*") if path.is_file()
    )
    assert made == {"project": str(empty / "shop"), "system": "shop", "files": there}


def test_no_file_is_ever_overwritten(run, empty):
    (empty / "shop").mkdir()
    (empty / "shop" / "Makefile").write_text("mine")
    refused = run("init", "shop", "--force")
    assert refused.exit_code == 6
    assert "Makefile" in refused.stderr
    assert [path.name for path in (empty / "shop").iterdir()] == ["Makefile"]


def test_the_current_directory_gives_its_name(run, empty, monkeypatch):
    (empty / "Book Shop").mkdir()
    monkeypatch.chdir(empty / "Book Shop")
    assert run("init", ".").exit_code == 0
    assert projects.systems(empty / "Book Shop") == ("book_shop",)


@pytest.mark.parametrize("name", ["class", "1st", "shöp"])
def test_names_that_cannot_be_are_refused_with_the_rule(run, empty, name):
    refused = run("init", name)
    assert (refused.exit_code, list(empty.iterdir())) == (2, [])
    assert "a letter first" in refused.stderr


def test_what_there_is_to_start_from(run):
    rows = json.loads(run("init", "--list", "--output", "json").stdout)
    assert [row["example"] for row in rows] == ["notes_app", *projects.systems(ROOT)]
    unknown = run("init", "shop", "--from", "keffir")
    assert (unknown.exit_code, "kefir" in unknown.stderr) == (2, True)


@pytest.mark.parametrize("name", sorted({*COMMANDS} - {"init", "completion", "doctor"}))
def test_outside_a_project_every_other_command_names_init(run, name):
    refused = run(name, *ARGUMENTS.get(name, ()))
    assert refused.exit_code == 2, refused.output
    assert "not a pkgops project" in refused.stderr
    assert "pkgops init NAME" in refused.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("common", "cannot be called 'common': it has files of that name"),
        ("templates", "cannot be called 'templates'"),
        ("a-name-of-more-characters-than-fit", "at most 30 characters"),
        ("file/shop", "cannot be written: Not a directory."),
    ],
)
def test_a_name_that_does_not_fit_is_refused_before_anything_is_written(run, empty, name, said):
    (empty / "file").write_text("")
    refused = run("init", name)
    assert (refused.exit_code, said in refused.stderr) == (2, True), refused.stderr
    assert [path.name for path in empty.iterdir()] == ["file"]


def test_the_next_command_can_be_pasted(run, empty):
    assert "Next: cd 'book shop' && pkgops deploy" in run("init", "book shop").stderr


def test_stages_whose_settings_are_incomplete_are_named(run, empty):
    made = run("init", "tracker", "--from", "pkgwatch")
    assert "Before stage prod can be built, complete its settings: " in made.stderr
