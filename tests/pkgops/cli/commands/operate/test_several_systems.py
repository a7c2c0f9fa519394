"""Commands in a project of several systems: a name is found in whichever system has it."""

from __future__ import annotations

import json
import os
import time

import click
import pytest

from pkgops.cli.main import root as program
from pkgops.project import use_templates
from tests.pkgops.fakes.functions import FakeFunctions
from tests.pkgops.fakes.logs import FakeLogs
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.queues import FakeQueues
from tests.pkgops.fakes.stacks import FakeStacks
from tests.pkgops.several_systems import write_project
from tests.repository import ROOT

FUNCTIONS = ("shop-order", "shop-report", "notes-cleanup", "notes-report", "notes-digest", "blog-digest")
DEV = ("--stage", "dev")


@pytest.fixture
def ports():
    stacks = FakeStacks()
    for name, outputs in {
        "shop-main-dev": {"Url": "https://shop", "Card": "gold"},
        "notes-main-dev": {"Url": "https://notes", "Topic": "t", "Common": "n"},
        "blog-main-dev": {"Common": "b"},
    }.items():
        stacks.deployed(name, "CREATE_COMPLETE", outputs=outputs)
    return FakePorts(
        stacks=stacks,
        functions=FakeFunctions(
            {f"{name}-dev": lambda event, name=name: {"by": name, "event": event} for name in FUNCTIONS}
        ),
        queues=FakeQueues(notes_jobs_dlq_dev=["a"], notes_jobs_dev=[], shop_jobs_dlq_dev=[], shop_jobs_dev=[]),
        endpoint=None,
    )


@pytest.fixture
def project(tmp_path, monkeypatch):
    """In the place of the shipped systems."""
    for name in [name for name in os.environ if name.startswith(("PKGOPS_", "AWS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(write_project(tmp_path))
    yield tmp_path
    use_templates(ROOT)


@pytest.fixture
def run(run, ports):
    def on_dev(*words, input=None):
        return run(*words, *DEV, ports=ports, input=input)

    return on_dev


@pytest.mark.parametrize(
    ("words", "by"),
    [
        (["cleanup"], "notes-cleanup"),
        (["report"], "shop-report"),
        (["notes/report"], "notes-report"),
        (["report", "--system", "notes"], "notes-report"),
        (["blog/digest"], "blog-digest"),
        (["handlers/notes/digest.py"], "notes-digest"),
    ],
)
def test_invoke_finds_a_function_in_any_system(run, words, by):
    done = run("invoke", *words)
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["by"] == by


@pytest.mark.parametrize("rule", ["notes-nightly", "notes/nightly"])
def test_a_schedule_is_that_of_the_functions_system(run, rule):
    assert json.loads(run("invoke", "cleanup", "--schedule", rule).stdout)["event"] == {"from": "notes"}


def test_a_function_of_two_other_systems_is_not_guessed(run):
    done = run("invoke", "digest")
    assert done.exit_code == 2
    assert "blog/digest, notes/digest" in done.stderr


def test_logs_of_systems_and_functions(run, ports):
    now = int(time.time() * 1000)
    ports.logs = FakeLogs()
    for name in FUNCTIONS:
        ports.logs.write(f"/aws/lambda/{name}-dev", "1", [(now - 1000, f"by {name}\n")])

    def names(*words):
        done = run("tail-logs", *words, "-o", "json")
        assert done.exit_code == 0, done.stderr
        return {json.loads(line)["text"] for line in done.stdout.splitlines()}

    assert names() == {"by shop-order", "by shop-report"}
    assert names("notes") == {"by notes-cleanup", "by notes-report", "by notes-digest"}
    assert names("blog", "order", "notes/report") == {"by blog-digest", "by shop-order", "by notes-report"}
    assert names("cleanup") == {"by notes-cleanup"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Card", "gold"),
        ("Topic", "t"),
        ("Url", "https://shop"),
        ("notes/Url", "https://notes"),
        ("blog/main.Common", "b"),
    ],
)
def test_an_output_is_found_in_any_system(run, key, value):
    assert run("outputs", key).stdout == f"{value}\n"


def test_outputs_of_systems_and_stacks(run):
    assert json.loads(run("outputs", "notes", "--format", "json").stdout) == {
        "main": {"Url": "https://notes", "Topic": "t", "Common": "n"}
    }
    assert json.loads(run("outputs", "blog/main", "--format", "json").stdout) == {"main": {"Common": "b"}}
    assert json.loads(run("outputs", "main", "--format", "json").stdout)["main"]["Card"] == "gold"
    several = json.loads(run("outputs", "blog", "shop", "--format", "json").stdout)
    assert list(several) == ["blog/main", "shop/main"]
    assert "BLOG_MAIN_COMMON=b" in run("outputs", "--all", "--format", "dotenv").stdout
    assert "notes/Common" in run("outputs", "Common").stderr
    unknown = run("outputs", "Crad")
    assert unknown.exit_code == 2
    assert "Did you mean Card?" in unknown.stderr


def test_queues(run, ports):
    def listed(*words):
        return {row["queue"] for row in json.loads(run("queues", "ls", *words, "-o", "json").stdout)}

    assert listed() == {"shop-jobs-dev", "shop-jobs-dlq-dev"}
    assert listed("blog/main", "shop") > listed()
    assert listed("notes/texts") == set()
    assert "Moved 1 message " in run("queues", "redrive", "notes-jobs").stdout
    assert "No messages" in run("queues", "redrive", "shop/jobs").stdout
    assert "blog/shared-jobs, notes/shared-jobs" in run("queues", "redrive", "shared-jobs").stderr


def test_secrets(run, ports):
    def names(*words):
        return [row["name"] for row in json.loads(run("secrets", "ls", *words, "-o", "json").stdout)]

    assert names() == ["shop/card"]
    assert names("notes", "blog") == ["notes/token", "notes/pin", "blog/token"]
    assert names("--all") == ["blog/token", "notes/token", "notes/pin", "shop/card"]
    assert "takes systems" in run("secrets", "ls", "notes/main").stderr
    assert run("secrets", "set", "pin", "--from", "-", input="1234").exit_code == 0
    assert run("secrets", "show", "notes/pin", "--reveal").stdout == "1234\n"
    assert "blog/token, notes/token" in run("secrets", "show", "token").stderr
    assert run("secrets", "set", "blog/token", "--from", "-", input="5678").exit_code == 0
    assert ports.secrets.values == {"notes/pin-dev": "1234", "blog/token-dev": "5678"}
    assert run("secrets", "init", "shop", "--from", "-", input='{"card": "9"}').exit_code == 0
    assert ports.secrets.values["shop/card-dev"] == "9"


def test_env_of_the_default_system_or_another(run):
    assert run("env").stdout == "URL=https://shop\n"
    assert run("env", "notes").stdout == run("env", "--system", "notes").stdout == "URL=https://notes\n"


@pytest.mark.parametrize("group", ["queues", "secrets"])
def test_a_group_takes_systems_like_the_command_it_runs(run, group):
    for words in (["notes"], ["blog", "notes"], ["--all"], []):
        assert run(group, *words, "-o", "json").stdout == run(group, "ls", *words, "-o", "json").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["queues", "redirve", "notes-jobs"], "Unknown queues command 'redirve'.\nDid you mean redrive?"),
        (["queues", "redirve", "notes-jobs", "--dry-run"], "Did you mean redrive?"),
        (["secrets", "shwo", "notes/pin"], "Unknown secrets command 'shwo'.\nDid you mean show?"),
        (["queues", "noets"], "Unknown system or stack 'noets'.\nDid you mean notes?"),
        (["queues", "notes", "--no-such"], "No such option"),
        (["local", "upp"], "Unknown local command 'upp'.\nDid you mean up?"),
        (
            ["local", "notes"],
            "Unknown local command 'notes'.\nThere are: down, env, logs, mail, pause, reset, status, up.",
        ),
    ],
)
def test_a_mistake_in_a_command_of_a_group_is_told_from_one_in_a_system(run, words, said):
    done = run(*words)
    assert (done.exit_code, said in done.stderr) == (2, True), done.stderr


def test_names_of_all_systems_are_suggested(run):
    """The nearest function is in another system than the default one."""
    assert "Did you mean cleanup?" in run("invoke", "clenup").stderr
    assert "Did you mean notes-jobs or" in run("queues", "redrive", "notes-jobz").stderr
    assert "cleanup" not in run("invoke", "shop/clenup").stderr


def test_a_name_that_no_system_has_builds_no_artifact(run, project):
    assert run("invoke", "nosuch").exit_code == 2
    assert not (project / ".pkgops" / "artifacts").exists()


@pytest.mark.parametrize("command", ["status", "events"])
def test_commands_on_stacks_take_systems(run, command):
    assert run(command, "notes", "shop/main", "texts").exit_code == 0


@pytest.mark.parametrize("name", ["notes", "Notes", "notes/main", "NOTES/Main"])
def test_outputs_takes_the_names_that_commands_on_stacks_take(run, name):
    shown = run("outputs", name, "--format", "json")
    assert list(json.loads(shown.stdout)) == ["main"], shown.stderr
    assert "notes-main-dev" in run("status", name, "-o", "json").stdout


@pytest.mark.parametrize(
    ("command", "typed", "offered"),
    [
        ("invoke", "cl", ["cleanup"]),
        ("invoke", "notes/", ["notes/cleanup", "notes/digest", "notes/report"]),
        ("tail-logs", "no", ["notes"]),
        ("tail-logs", "rep", ["report"]),
        ("outputs", "blog/", ["blog/pages", "blog/main"]),
    ],
)
def test_tab_offers_names_of_every_system(run, command, typed, offered):
    assert names_offered(program.get_command(None, command), typed) == offered


def test_tab_offers_secrets(run):
    group = program.get_command(None, "secrets")
    assert names_offered(group.commands["show"], "notes/") == [
        "notes/notes/pin",
        "notes/notes/token",
        "notes/pin",
        "notes/token",
    ]


def names_offered(command, typed):
    parameter = next(each for each in command.params if each.param_type_name == "argument")
    return [item.value for item in parameter.shell_complete(click.Context(command), typed)]
