"""pkgops completion, and what Tab offers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from pkgops.build.build import synthesized
from pkgops.config import load
from tests.repository import ROOT

HEAVY = ("boto3", "botocore", "troposphere", "rich", "msgspec")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script(run, shell):
    result = run("completion", shell)
    assert result.exit_code == 0
    assert f"_PKGOPS_COMPLETE={shell}_complete" in result.stdout
    assert result.stderr == ""


def test_the_script_as_json(run):
    assert json.loads(run("completion", "fish", "-o", "json").stdout)["shell"] == "fish"


def test_an_unknown_shell(run):
    assert run("completion", "tcsh").exit_code == 2


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_accepts_the_script(run):
    script = run("completion", "bash").stdout
    checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("pkgops de", {"deploy", "destroy", "dev"}),
        ("pkgops deploy --stage pr", {"prod"}),
        ("pkgops deploy pkgw", {"pkgwatch"}),
        ("pkgops deploy pkgwatch/st", {"pkgwatch/storage"}),
        ("pkgops status st", {"storage", "stream_sales"}),
        ("pkgops outputs --system pk", {"pkgwatch"}),
        ("pkgops local ma", {"mail"}),
        ("pkgops ls --show fun", {"functions"}),
    ],
)
def test_what_tab_offers(program, words, offered):
    assert complete(program, words) == offered


def test_functions_are_offered_by_their_short_names(program, project):
    """From the files' names, so that templates need not be built at every Tab."""
    (project / "handlers").unlink()
    api = project / "handlers" / "pkgwatch" / "api"
    api.mkdir(parents=True)
    for name in ("get_package", "get_usage", "health"):
        (api / f"{name}.py").write_text("import json\n\n\ndef handler(event, context): ...\n")
    (api / "get_nothing.py").write_text("def answer(): ...\n")
    assert complete(program, "pkgops tail-logs get") == {"get-package", "get-usage"}


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("pkgops outputs ApiU", {"ApiUrl"}),
        ("pkgops outputs pkgwatch/ApiU", {"pkgwatch/ApiUrl"}),
        ("pkgops outputs stor", {"storage"}),
        ("pkgops queues redrive pkgwatch-package-d", {"pkgwatch-package-dlq"}),
        ("pkgops queues peek pkgwatch/pkgwatch-package-q", {"pkgwatch/pkgwatch-package-queue"}),
        ("pkgops invoke x --schedule pkgwatch-daily-r", {"pkgwatch-daily-refresh"}),
    ],
)
def test_what_stacks_hold_is_offered_from_their_last_synthesis(program, project, words, offered):
    synthesized(load("local", "pkgwatch", project, environ={}))
    assert complete(program, words) == offered


def test_outside_a_project_tab_offers_nothing_and_does_not_fail(program, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert complete(program, "pkgops deploy --stage p") == set()


def test_tab_imports_nothing_heavy(project):
    script = (
        "import sys\nfrom pkgops.cli.main import main\n"
        "try:\n    main()\n"
        "finally:\n    print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_PKGOPS_COMPLETE": "bash_complete",
        "COMP_WORDS": "pkgops deploy pkgwatch/",
        "COMP_CWORD": "2",
    }
    ended = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert "plain,pkgwatch/api" in ended.stdout
    assert not set(ended.stderr.split()) & set(HEAVY)


def complete(program, words: str) -> set[str]:
    position = len(words.split()) - 1
    ended = program(_PKGOPS_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(position))
    assert ended.stderr == ""
    return {line.removeprefix("plain,") for line in ended.stdout.split()}
