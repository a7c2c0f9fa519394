"""``pkgops dev`` on stage local: a real terminal, a real emulator, real requests, and what goes wrong meanwhile."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pkgops.init.create import create
from pkgops.testing.deployed import free_port
from pkgops.testing.owner import owner
from tests.canary import listen
from tests.e2e.dev_terminal import DevTerminal
from tests.repository import ROOT
from tests.waiting import eventually

pytestmark = pytest.mark.e2e

LIST, STACK = "handlers/notes/list_notes.py", "templates/notes/app.py"
ANSWER = 'def handler(event, context):\n    print("heard by {0}")\n    return {{"statusCode": 200, "body": "{0}"}}\n'


@dataclass
class Desk:
    """A project that ``pkgops dev`` watches, and the terminal that shows it."""

    root: Path
    terminal: DevTerminal
    environment: dict[str, str]

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "pkgops.cli", *words],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        listen(words, done.stdout, done.stderr)
        return done

    def get(self) -> str:
        """What the API answers to GET /notebooks/a/notes."""
        if not hasattr(self, "_url"):
            self._url = json.loads(self.run("outputs", "-o", "json").stdout)["app"]["ApiUrl"]
        try:
            with urllib.request.urlopen(f"{self._url}/notebooks/a/notes", timeout=30) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError) as error:
            return repr(error)

    def live(self, word: str) -> None:
        """Waits until the API answers that."""
        eventually(lambda: self.get() == word, 60)

    def swaps(self, since: int) -> int:
        return len(re.findall(r"↻ \d+ function", self.terminal.text[since:]))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    create("notes", folder)
    root = folder / "notes"
    stages = (root / "stages.toml").read_text(encoding="utf-8")
    (root / "stages.toml").write_text(stages.replace("4566", str(free_port())), encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PKGOPS_", "AWS_"))}
    environment = {**clean, **owner(), "PYTHONPATH": str(ROOT)}
    with DevTerminal(root, environment=environment) as terminal:
        terminal.shown("watching notes on local, 5 functions")
        yield Desk(root, terminal, environment)
    subprocess.run(
        [sys.executable, "-m", "pkgops.cli", "local", "down"], cwd=root, env=environment, check=True, timeout=60
    )


def test_a_save_is_live_and_its_log_is_shown(desk: Desk) -> None:
    since = desk.terminal.mark()
    desk.write(LIST, ANSWER.format("first"))
    desk.live("first")
    shown = desk.terminal.shown("heard by first", since)
    assert re.search(r"↻ 1 function · \d+\.\d\d s · list-notes", shown)
    assert "swapped list-notes in" in desk.terminal.text[since:], "the last line says it, too"
    status = desk.run("status")
    assert "notes-list-notes-local: swapped at" in status.stderr
    assert "swapped at" in desk.run("diff").stdout
    assert "taken over" in desk.run("deploy", "--dry-run").stdout


def test_an_error_is_one_block_and_what_ran_still_runs(desk: Desk) -> None:
    desk.write(LIST, ANSWER.format("good"))
    desk.live("good")
    since = desk.terminal.mark()
    desk.write(LIST, f"{ANSWER.format('bad')}def broken(:\n")
    shown = desk.terminal.shown("What ran before still runs.", since)
    assert f"✗ notes: {LIST}:4: invalid syntax" in shown
    desk.terminal.shown("notes failed", since)
    assert desk.get() == "good"
    (desk.root / LIST).unlink()
    desk.terminal.shown("There is no handler", since)
    assert desk.get() == "good"
    since = desk.terminal.mark()
    desk.write(LIST, ANSWER.format("better"))
    desk.live("better")
    assert "works again" in desk.terminal.shown("works again", since)


def test_touches_and_what_no_function_imports_run_nothing(desk: Desk) -> None:
    since = desk.terminal.mark()
    files = [path for path in (desk.root / "handlers").rglob("*.py") if path.stat().st_size]
    for _ in range(1000 // len(files) + 1):
        for path in files:
            path.touch()
    for number in range(200):  # as a checkout writes them
        desk.write(f"handlers/notes/made/m{number}.py", f"x = {number}\n")
    desk.write(LIST, ANSWER.format("after"))
    desk.live("after")
    desk.terminal.shown("↻ 1 function", since)
    assert desk.swaps(since) == 1
    assert "Packaging" not in desk.terminal.text[since:]


def test_a_burst_is_two_swaps_at_most(desk: Desk) -> None:
    since = desk.terminal.mark()
    for number in range(100):
        desk.write(LIST, ANSWER.format(f"burst-{number}"))
    desk.live("burst-99")
    assert 1 <= desk.swaps(since) <= 2


def test_a_checkout_of_many_files_is_one_change(desk: Desk) -> None:
    """Files that functions import, all at once, and back."""
    names = [f"m{number}" for number in range(200)]
    imports = "".join(f"from handlers.notes.made import {name}\n" for name in names)
    since = desk.terminal.mark()
    for number, name in enumerate(names):
        desk.write(f"handlers/notes/made/{name}.py", f"x = {number + 1}\n")
    desk.write(LIST, imports + ANSWER.format("many"))
    desk.live("many")
    for name in names:
        (desk.root / f"handlers/notes/made/{name}.py").unlink()
    desk.write(LIST, ANSWER.format("few"))
    desk.live("few")
    assert 2 <= desk.swaps(since) <= 4


def test_a_second_one_is_refused(desk: Desk) -> None:
    done = desk.run("dev")
    assert done.returncode == 6
    assert f"already watches notes for stage local: process {desk.terminal.process.pid}" in done.stderr


def test_templates_are_deployed_and_losses_asked_about(desk: Desk) -> None:
    old = (desk.root / STACK).read_text(encoding="utf-8")
    since = desk.terminal.mark()
    desk.write(STACK, f'{old}    scope.output("Added", "added")\n')
    desk.terminal.shown("deployed Notes-local in", since)
    assert json.loads(desk.run("outputs", "-o", "json").stdout)["app"]["Added"] == "added"
    since = desk.terminal.mark()
    desk.write(STACK, old.replace('"notes-notes"', '"notes-papers"'))
    shown = desk.terminal.shown("Deploy it? y or n", since)
    assert "Data would be lost" in shown
    desk.write(LIST, ANSWER.format("asked"))  # watching goes on
    desk.terminal.shown("Deploy it? y or n", desk.terminal.mark())
    desk.terminal.type("n\n")
    desk.terminal.shown("not deployed. The next save plans it again.", since)
    since = desk.terminal.mark()
    desk.write(STACK, old)
    desk.terminal.shown("deployed Notes-local in", since)
    desk.live("asked")


def test_what_a_template_lacks_is_found_beside_the_deployment(desk: Desk) -> None:
    old = (desk.root / STACK).read_text(encoding="utf-8")
    since = desk.terminal.mark()
    desk.write(STACK, old.replace("rate(1 day)", "rate(1 days)"))
    desk.terminal.shown("deployed Notes-local in", since)
    shown = desk.terminal.shown("notes is deployed, but: ", since)
    assert "E3027" in desk.terminal.shown("E3027", since), shown
    since = desk.terminal.mark()
    desk.write(STACK, old)
    desk.terminal.shown("deployed Notes-local in", since)


def test_an_emulator_that_was_killed_starts_again(desk: Desk) -> None:
    pid = json.loads((desk.root / ".pkgops/local/server.json").read_text(encoding="utf-8"))["pid"]
    os.kill(pid, signal.SIGKILL)
    desk.write(LIST, ANSWER.format("risen"))
    desk.live("risen")
    desk.write(LIST, ANSWER.format("again"))
    desk.live("again")


def test_ctrl_c_ends_it_and_the_next_deployment_takes_over(desk: Desk) -> None:
    desk.write(LIST, ANSWER.format("last"))
    desk.live("last")
    assert desk.terminal.end() == 130
    assert "Traceback" not in desk.terminal.text
    with DevTerminal(desk.root, "--once", environment=desk.environment) as once:
        once.shown("deployed Notes-local")
        assert once.process.wait(60) == 0
    assert "swapped at" not in desk.run("status").stderr
    desk.live("last")


def test_ctrl_c_at_once(desk: Desk) -> None:
    desk.write(STACK, (desk.root / STACK).read_text(encoding="utf-8") + "# again\n")
    with DevTerminal(desk.root, environment=desk.environment) as early:
        early.shown("pkgops dev: starting")
        assert early.end() == 130
        assert "Traceback" not in early.text


def test_programs_get_events(desk: Desk) -> None:
    done = desk.run("dev", "--once", "--no-logs", "--output", "json")
    assert done.returncode == 0
    assert all(json.loads(line)["event"] for line in done.stderr.splitlines())
