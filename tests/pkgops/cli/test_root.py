"""The root command: overview, start-up, errors, exit codes, interruption."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pkgops.cli.main import BROKEN_PIPE, COMMANDS, FAULT, SECTIONS
from pkgops.cli.signals import INTERRUPTED
from tests.repository import ROOT

HEAVY = {"boto3", "botocore", "troposphere", "rich", "pydantic", "msgspec", "cfnlint", "yaml"}


def test_the_overview_lists_every_command(run):
    overview = run("--help").output
    for name, help in COMMANDS.items():
        assert f"  {name} " in overview
        assert help in " ".join(overview.split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["ls", "--help"], ["deploy", "--help"], []])
def test_help_imports_nothing_heavy(arguments, project):
    script = (
        "import sys\nfrom pkgops.cli.main import main\n"
        "try:\n    main()\n"
        "finally:\n    print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    loaded = set(ended.stderr.split())
    assert "click" in loaded
    assert not loaded & HEAVY


def test_unknown_command(run):
    result = run("depoly")
    assert result.exit_code == 2
    assert result.stderr == "Error: Unknown command 'depoly'.\nDid you mean deploy or destroy?\n"
    assert result.stdout == ""


def test_unknown_option_names_the_help(run):
    result = run("ls", "--stagee", "dev")
    assert result.exit_code == 2
    assert "--stagee" in result.stderr
    assert "Help: pkgops ls --help" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["lss", "--output", "json"], "UsageError"),
        (["ls", "--bogus", "-o", "json"], "NoSuchOption"),
        (["ls", "--output=json", "--stage", "prdo"], "UsageError"),
    ],
)
def test_errors_as_json(run, arguments, kind):
    result = run(*arguments)
    error = json.loads(result.stderr)
    assert (error["error"], error["code"]) == (kind, 2)
    assert error["message"]
    assert set(error) == {"error", "message", "hint", "code"}
    assert result.exit_code == 2
    assert result.stdout == ""


def test_debug_shows_the_traceback(run):
    assert "Traceback" in run("ls", "--stage", "prdo", "--debug").stderr
    assert "Traceback" not in run("ls", "--stage", "prdo").stderr


def test_outside_a_project(run, project, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    result = run("ls")
    assert result.exit_code == 2
    assert "stages.toml" in result.stderr


class Broken:
    """Ports whose every part raises the given error."""

    endpoint = None

    def __init__(self, error: BaseException) -> None:
        self.error = error

    @property
    def stacks(self) -> object:
        raise self.error


def test_a_bug_is_not_caught(run):
    result = run("outputs", ports=Broken(ZeroDivisionError("a bug")))
    assert isinstance(result.exception, ZeroDivisionError)


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), INTERRUPTED), (BrokenPipeError(), BROKEN_PIPE)])
def test_interrupted_and_broken_pipe_are_quiet(run, error, code):
    result = run("outputs", ports=Broken(error))
    assert result.exit_code == code
    assert result.output == ""


def test_a_reader_that_leaves_early_sees_no_complaint(project):
    ended = subprocess.run(
        ["bash", "-c", f"set -o pipefail; '{sys.executable}' -m pkgops.cli ls -o json | true; exit ${{PIPESTATUS[0]}}"],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr == ""
    assert ended.returncode in (0, BROKEN_PIPE)


def test_version(program):
    assert program("--version").stdout.startswith("pkgops ")


@pytest.mark.parametrize(("folder", "name"), [(folder, name) for folder, names in SECTIONS.items() for name in names])
def test_every_command_has_a_page_and_tests(folder, name):
    assert (ROOT / "docs" / "reference" / "cli" / f"{name}.md").is_file()
    assert (Path(__file__).parent / "commands" / folder / f"test_{name.replace('-', '_')}.py").is_file()


@pytest.mark.parametrize(("arguments", "known"), [([], "tail-logs"), (["local"], "mail")])
def test_nothing_asked_shows_what_there_is(run, arguments, known):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: pkgops")
    assert f"  {known} " in result.stderr


def test_an_option_before_the_command(run):
    result = run("--stage", "dev", "deploy")
    assert result.exit_code == 2
    assert "pkgops deploy --stage dev" in result.stderr


def test_a_fault_of_the_program_is_no_difference(program, tmp_path):
    """``diff --exit-code`` says 1 for differences; a traceback must not say the same."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "msgspec.py").write_text("raise RuntimeError('broken')\n", encoding="utf-8")
    done = program("diff", "--exit-code", PYTHONPATH=f"{tmp_path / 'broken'}:{ROOT}")
    assert done.returncode == FAULT
    assert done.stderr.endswith("RuntimeError: broken\n")


def test_a_mistake_in_a_template_is_no_difference(program, project):
    (project / "templates").unlink()
    (project / "templates" / "shop").mkdir(parents=True)
    (project / "templates" / "shop" / "__init__.py").write_text("SYSTEM = nothing\n", encoding="utf-8")
    (project / "stages.toml").write_text("[local]\n", encoding="utf-8")
    done = program("diff", "--exit-code")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("Error: templates/shop/__init__.py:1: NameError: name 'nothing' is not defined.\n")
