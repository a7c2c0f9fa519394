"""Confirmation: y or a typed word; on a protected stage its name, typed or in a variable together with --yes."""

from __future__ import annotations

import io
import os
import sys

import click
import pytest

from pkgops.cli.confirm import VARIABLE, confirm, confirm_on_stage
from pkgops.cli.output.console import Console
from pkgops.cli.output.mode import OutputMode
from pkgops.errors import RefusedError
from pkgops.model import Stage
from tests.pkgops.cli.terminal import at_terminal
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import ACCOUNT

PROD = Stage("prod", protected=True)
DEV = ("--stage", "dev")
OPEN = (*DEV, "--allow", "PublicDataBucket", "--allow", "PublicDataBucketPolicy")
NOTHING = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def console():
    return Console(OutputMode())


@pytest.fixture
def typed(monkeypatch):
    return lambda text: monkeypatch.setattr(sys, "stdin", Keyboard(text))


def test_yes_asks_nothing(console, typed):
    typed("")
    confirm(console, "Deploy?", "Deploying", yes=True)


@pytest.mark.parametrize("answer", ["y\n", "yes\n"])
def test_confirmed(console, typed, answer):
    typed(answer)
    confirm(console, "Deploy?", "Deploying", yes=False)


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_not_confirmed(console, typed, answer):
    typed(answer)
    with pytest.raises(RefusedError, match="Deploying was not confirmed"):
        confirm(console, "Deploy?", "Deploying", yes=False)


def test_a_word_to_type(console, typed):
    typed(" pkgwatch/dev \n")
    confirm(console, "Type it", "Deleting", yes=False, word="pkgwatch/dev")
    typed("yes\n")
    with pytest.raises(RefusedError):
        confirm(console, "Type it", "Deleting", yes=False, word="pkgwatch/dev")


def test_the_end_of_input_aborts(console, typed):
    typed("")
    with pytest.raises(click.Abort):
        confirm(console, "Deploy?", "Deploying", yes=False)


def test_programs_are_not_asked(typed):
    typed("y\n")
    with pytest.raises(RefusedError, match="needs confirmation"):
        confirm(Console(OutputMode(json=True)), "Deploy?", "Deploying", yes=False)


SCRIPT = (
    "from pkgops.cli.confirm import confirm, confirm_on_stage\nfrom pkgops.cli.output.console import Console\n"
    "from pkgops.cli.output.mode import OutputMode\nfrom pkgops.model import Stage\nconsole = Console(OutputMode())\n"
)


def test_on_a_real_terminal_the_question_goes_to_stderr():
    script = SCRIPT + "confirm(console, 'Deploy?', 'Deploying', yes=False)\nprint('confirmed')\n"
    ended = at_terminal(script, b"y\n")
    assert ended.stdout == "confirmed\n"
    assert ended.stderr.startswith("Deploy? [y/N]:")


@pytest.fixture
def asked(monkeypatch):
    """``asked("prod", yes=True)``: what is typed at the question, None where there is no terminal."""
    monkeypatch.delenv(VARIABLE, raising=False)

    def ask(typed: str | None, *, yes: bool, stage: Stage = PROD, word: str = "") -> None:
        monkeypatch.setattr(sys, "stdin", Keyboard(typed) if typed is not None else io.StringIO())
        confirm_on_stage(Console(OutputMode()), stage, "Deploy?", "Deploying", yes=yes, word=word)

    return ask


@pytest.mark.parametrize("yes", [True, False])
def test_on_a_terminal_the_name_is_typed_whether_yes_is_given_or_not(asked, yes):
    asked("prod\n", yes=yes)
    for other in ("y\n", "yes\n", "Prod\n", "\n", "production\n"):
        with pytest.raises(RefusedError, match="not confirmed"):
            asked(other, yes=yes)


@pytest.mark.parametrize("yes", [True, False])
def test_without_a_terminal_and_the_variable_it_is_refused(asked, yes):
    with pytest.raises(RefusedError, match="Stage prod is protected") as refused:
        asked(None, yes=yes)
    assert "PKGOPS_CONFIRM=prod" in refused.value.hint
    assert "--yes" in refused.value.hint


def test_without_a_terminal_both_are_needed(asked, monkeypatch):
    monkeypatch.setenv(VARIABLE, "prod")
    asked(None, yes=True)
    with pytest.raises(RefusedError, match="also needs --yes"):
        asked(None, yes=False)


def test_with_both_a_terminal_is_not_asked_either(asked, monkeypatch):
    monkeypatch.setenv(VARIABLE, "prod")
    asked("", yes=True)
    with pytest.raises(RefusedError, match="not confirmed"):
        asked("y\n", yes=False)


@pytest.mark.parametrize("named", ["staging", "PROD", "prod "])
@pytest.mark.parametrize("typed", [None, "prod\n"])
def test_the_name_of_another_stage_is_refused(asked, monkeypatch, named, typed):
    monkeypatch.setenv(VARIABLE, named)
    with pytest.raises(RefusedError, match="but this is stage prod"):
        asked(typed, yes=True)


def test_other_stages_ask_as_usual(asked, monkeypatch):
    dev = Stage("dev")
    asked("y\n", yes=False, stage=dev)
    asked(None, yes=True, stage=dev)
    asked("demo/dev\n", yes=False, stage=dev, word="demo/dev")
    monkeypatch.setenv(VARIABLE, "prod")  # does not matter for a stage that is not protected
    asked(None, yes=True, stage=dev)


def test_a_real_terminal_asks_for_the_name():
    script = SCRIPT + (
        "stage = Stage('prod', protected=True)\n"
        "confirm_on_stage(console, stage, 'Deploy?', 'Deploying', yes=True)\nprint('confirmed')\n"
    )
    environment = {key: value for key, value in os.environ.items() if key != VARIABLE}
    ended = at_terminal(script, b"prod\n", environment)
    assert ended.stdout == "confirmed\n"
    assert ended.stderr.startswith("Deploy? Stage prod is protected. Type prod to continue:")


@pytest.fixture
def protected(built, project):
    """Stage dev, protected and pinned to the fake account."""
    stages = project / "stages.toml"
    stages.write_text(stages.read_text().replace("[dev]", f'[dev]\nprotected = true\naccount = "{ACCOUNT}"'))
    return FakePorts()


def test_deploy_without_the_name_touches_nothing(run, protected, monkeypatch):
    refused = run("deploy", "storage", *OPEN, "--yes", ports=protected)
    assert refused.exit_code == 6
    assert "PKGOPS_CONFIRM=dev" in refused.stderr
    assert protected.stacks.describe() == []
    monkeypatch.setenv(VARIABLE, "prod")
    assert run("deploy", "storage", *OPEN, "--yes", ports=protected).exit_code == 6
    assert protected.stacks.describe() == []
    monkeypatch.setenv(VARIABLE, "dev")
    assert run("deploy", "storage", *OPEN, "--yes", ports=protected).exit_code == 0


def test_a_plan_without_changes_asks_nothing(run, protected, monkeypatch):
    monkeypatch.setenv(VARIABLE, "dev")
    run("deploy", "storage", *OPEN, "--yes", ports=protected)
    monkeypatch.delenv(VARIABLE)
    again = run("deploy", "storage", *OPEN, ports=protected)
    assert again.exit_code == 0, again.stderr
    assert "Nothing to deploy" in again.stderr


def test_destroy_requires_the_name(run, protected, monkeypatch):
    protected.stacks.deployed("PkgWatchStorage-dev", "CREATE_COMPLETE", NOTHING)
    refused = run("destroy", *DEV, "--yes", ports=protected)
    assert refused.exit_code == 6
    assert "PKGOPS_CONFIRM=dev" in refused.stderr
    assert "delete" not in protected.stacks.calls
    monkeypatch.setenv(VARIABLE, "dev")
    assert run("destroy", *DEV, "--yes", ports=protected).exit_code == 0
    assert protected.stacks.describe() == []


def test_gc_requires_the_name(run, protected, monkeypatch):
    protected.artifacts.objects = {"pkgwatch/old.zip": b"22"}
    refused = run("gc", *DEV, "--yes", ports=protected)
    assert refused.exit_code == 6
    assert "PKGOPS_CONFIRM=dev" in refused.stderr
    assert protected.artifacts.objects
    monkeypatch.setenv(VARIABLE, "dev")
    assert run("gc", *DEV, "--yes", ports=protected).exit_code == 0
    assert protected.artifacts.objects == {}
