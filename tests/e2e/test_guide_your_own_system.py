"""The guide "A system of your own": its blocks as they are, in order, in an empty directory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import pytest

from pkgops.testing.deployed import free_port
from pkgops.testing.owner import owner
from tests.canary import listen
from tests.repository import ROOT

pytestmark = pytest.mark.e2e
GUIDE = ROOT / "docs" / "guides" / "your-own-system.md"
PORT = "port = 4566"
LINES = 250
SECONDS = 300.0  # for one block
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_END = "--- end of block ---"


@dataclass(frozen=True)
class Block:
    """A block of the guide; ``info`` is what follows the language: a file's path, "not-run", or nothing."""

    language: str
    info: str
    text: str


def blocks(text: str) -> list[Block]:
    return [Block(*found) for found in _BLOCK.findall(text)]


def looks_like(expected: str, printed: str) -> bool:
    """``...`` stands for anything, white space for any white space."""
    parts = [r"\s+".join(re.escape(word) for word in part.split()) for part in expected.split("...")]
    return re.fullmatch(r"\s*" + r"\s*.*?\s*".join(parts) + r"\s*", printed, re.DOTALL) is not None


class Terminal:
    """A shell that blocks are pasted into one after the other; it ends with the first command that fails."""

    def __init__(self, home: Path) -> None:
        self.home = home
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PKGOPS_", "AWS_"))}
        clean["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{clean['PATH']}"
        self.environment = clean | owner()
        self.shell = subprocess.Popen(
            ["bash", "-eu"],
            cwd=home,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def paste(self, text: str) -> str:
        """What the block prints. AssertionError if a command in it fails."""
        assert self.shell.stdin
        assert self.shell.stdout
        pasted = self.home.parent / "pasted.sh"
        pasted.write_text(text, encoding="utf-8")
        self.shell.stdin.write(f". '{pasted}' < /dev/null\necho '{_END}'\n")
        self.shell.stdin.flush()
        printed = ""
        limit = Timer(SECONDS, self.shell.kill)
        limit.start()
        for line in self.shell.stdout:
            if line.endswith(f"{_END}\n"):
                limit.cancel()
                printed += line.removesuffix(f"{_END}\n")
                listen([text], printed)
                return printed
            printed += line
        limit.cancel()
        raise AssertionError(f"This block failed:\n{text}\nIt printed:\n{printed}")

    def close(self) -> None:
        assert self.shell.stdin
        assert self.shell.stdout
        self.shell.stdin.close()
        self.shell.stdout.close()
        self.shell.wait()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    home = tmp_path / "home"
    home.mkdir()
    opened = Terminal(home)
    yield opened
    opened.close()
    if (home / "notes").exists():
        subprocess.run(
            [sys.executable, "-m", "pkgops.cli", "local", "down"], cwd=home / "notes", check=False, capture_output=True
        )


def test_the_guide_works_as_it_says(terminal: Terminal) -> None:
    project, port = terminal.home / "notes", free_port()
    printed, ran = "", 0
    for block in blocks(GUIDE.read_text(encoding="utf-8")):
        if block.language == "sh" and not block.info:
            printed, ran = terminal.paste(block.text), ran + 1
            stages = project / "stages.toml"
            stages.write_text(stages.read_text().replace(PORT, f"port = {port}"))
        elif block.language == "text":
            assert looks_like(block.text, printed), f"The guide says:\n{block.text}\nIt printed:\n{printed}"
        elif "/" in block.info:
            (project / block.info).write_text(block.text, encoding="utf-8")
    assert ran >= 8, "the blocks were not found"


def test_the_guide_is_short() -> None:
    assert len(GUIDE.read_text(encoding="utf-8").splitlines()) < LINES


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("...\nDeployed in ... s.", "a\nb\nDeployed in 0.3 s.\n", True),
        ("notes app", "notes    app\n", True),
        ("notes app", "notes app b", False),
        ("5 passed in ...", "4 passed in 2 s", False),
    ],
)
def test_outputs_are_compared(expected: str, printed: str, same: bool) -> None:
    assert looks_like(expected, printed) is same


def test_a_failing_block_is_found(terminal: Terminal) -> None:
    assert terminal.paste("X=1\ncd /\n") == ""
    assert terminal.paste('echo "$X" "$PWD"\n') == "1 /\n"
    with pytest.raises(AssertionError, match="false"):
        terminal.paste("echo before\nfalse\necho after\n")
