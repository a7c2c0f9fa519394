"""Ctrl-C ends ``pkgops dev`` at each moment: at once, without a traceback, and the next one starts from there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pkgops.config import load
from pkgops.connect import connect
from pkgops.init.create import create
from pkgops.plan.swapped_code import Ledger, code_sha256
from pkgops.testing.deployed import free_port
from pkgops.testing.owner import owner
from tests.canary import listen
from tests.e2e.interrupting import WATCHED, Moment
from tests.repository import ROOT

pytestmark = pytest.mark.e2e

LIST, STACK = "handlers/notes/list_notes.py", "templates/notes/app.py"
TABLE, OTHER = '"notes-notes"', '"notes-papers"'


@dataclass
class Shop:
    """A project with its emulator, and the program that runs and interrupts ``pkgops`` in it."""

    root: Path
    process: subprocess.Popen[str]

    def run(self, *calls: str, saves: str = "", once: bool = False) -> tuple[int, str]:
        """The exit code of ``pkgops dev`` and what it has shown; ``saves`` names what is changed while it watches."""
        words = ["dev", "--once"] if once else ["dev"]
        moment = Moment(str(self.root), words, calls, {saves: self.changed(saves)} if saves else {})
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(moment.line)
        self.process.stdin.flush()
        code, shown = json.loads(self.process.stdout.readline())
        listen(words, shown)
        return code, shown

    def changed(self, path: str) -> str:
        text = (self.root / path).read_text(encoding="utf-8")
        return text.replace(TABLE, OTHER) if path == STACK else f"{text}# more\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    create("notes", folder)
    root = folder / "notes"
    stages = (root / "stages.toml").read_text(encoding="utf-8")
    (root / "stages.toml").write_text(stages.replace("4566", str(free_port())), encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PKGOPS_", "AWS_"))}
    environment = {**clean, **owner(), "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "tests.e2e.interrupting"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        one = Shop(root, process)
        code, shown = one.run(once=True)
        assert code == 0, shown
        yield one
        assert process.stdin
        process.stdin.close()
    down = [sys.executable, "-m", "pkgops.cli", "local", "down"]
    subprocess.run(down, cwd=root, env=environment, check=True, capture_output=True, timeout=60)


def consistent(shop: Shop) -> None:
    """Whatever runs is what CloudFormation believes in, or what the ledger says."""
    project = load("local", None, shop.root, environ={})
    functions = connect(project.stage, shop.root).functions
    for row in Ledger(project).rows():
        assert functions.code(row.function).sha256 in {code_sha256(row.believed), code_sha256(row.running)}


MOMENTS = {
    "while it starts": ("pkgops.dev.linting:Linting.__init__", ""),
    "while it connects": ("pkgops.connect:connect", ""),
    "while it builds": ("pkgops.dev.rollout:build", ""),
    "when it begins to watch": (WATCHED, ""),
    "while it follows logs": ("pkgops.logs.tail:tail_logs", ""),
    "while it looks for what has changed": ("pkgops.dev.code:FunctionCode.changes", LIST),
    "before a swap is noted": ("pkgops.plan.swapped_code:Ledger.record", LIST),
    "while code is uploaded": ("pkgops.aws.artifacts:S3Artifacts.put", LIST),
    "while code is swapped": ("pkgops.aws.functions:LambdaFunctions.replace_code", LIST),
    "after a swap": ("pkgops.dev.code:FunctionCode.runs", LIST),
    "while it asks": ("pkgops.cli.dev.display:_question", STACK),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_ends_it(shop: Shop, moment: str) -> None:
    """Each of these begins where the one before was interrupted."""
    call, saves = MOMENTS[moment]
    before = (shop.root / saves).read_text(encoding="utf-8") if saves == STACK else ""
    code, shown = shop.run(call, saves=saves)
    assert code == 130, shown
    assert "Traceback" not in shown
    consistent(shop)
    if before:
        (shop.root / STACK).write_text(before, encoding="utf-8")


def test_ctrl_c_while_it_deploys_and_the_next_one_goes_on(shop: Shop) -> None:
    text = (shop.root / STACK).read_text(encoding="utf-8")
    for number, call in enumerate(("uploads:Uploads.send", "watcher:Watcher.wait", "deployment:put_aliases_back")):
        (shop.root / STACK).write_text(f'{text}    scope.output("Added", "{number}")\n', encoding="utf-8")
        code, shown = shop.run(f"pkgops.deploy.{call}")
        assert code == 130, shown
        assert "Traceback" not in shown
    code, shown = shop.run(once=True)
    assert code == 0, shown


def test_ctrl_c_while_it_ends(shop: Shop) -> None:
    code, shown = shop.run("pkgops.dev.watch:Watch.close", once=True)
    assert code == 130
    code, again = shop.run(WATCHED, "pkgops.dev.watch:Watch.close")
    assert code == 130
    assert "Ended at once." in again
    assert "Traceback" not in shown + again
    consistent(shop)
    code, shown = shop.run(once=True)
    assert code == 0, shown
    assert "swapped at" not in shown
