"""The guide "Save, and it runs": its blocks as they are, in order, to a breakpoint that a real request reaches."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pkgops.testing.deployed import free_port
from tests.debugger import Debugger
from tests.e2e.dev_terminal import DevTerminal
from tests.e2e.test_guide_your_own_system import PORT, Block, Terminal, blocks, looks_like
from tests.repository import ROOT

pytestmark = pytest.mark.e2e
GUIDE = ROOT / "docs" / "guides" / "dev-loop.md"
FILE = "handlers/notes/list_notes.py"


class Reader:
    """Does what the guide says, block by block."""

    def __init__(self, shell: Terminal, opened: ExitStack) -> None:
        self.project = shell.home / "notes"
        self.printed, self.ran = "", 0
        self._shell, self._opened = shell, opened
        self._dev: DevTerminal | None = None
        self._since = 0

    def read(self, block: Block) -> None:
        match block.language, block.info:
            case "sh", "":
                self._since = self._dev.mark() if self._dev else 0
                self.printed, self.ran = self._shell.paste(block.text), self.ran + 1
                self._use_a_free_port()
            case "sh", "dev":
                self._start(block.text.split()[2:])
            case "sh", "debugger":
                self._stop_at_a_breakpoint(block.text)
            case "text", "dev":
                assert self._dev
                for part in (part for line in block.text.splitlines() for part in line.split("...") if part.strip()):
                    self._dev.shown(part.strip(), self._since)
            case "text", "":
                assert looks_like(block.text, self.printed), f"{block.text}\nis not\n{self.printed}"
            case _:
                raise AssertionError(f"nobody does what this block says: {block}")

    def _start(self, words: list[str]) -> None:
        """In a terminal of its own, after the one before has ended."""
        if self._dev:
            assert self._dev.end() == 130
        clean = self._shell.environment
        self._dev = self._opened.enter_context(DevTerminal(self.project, *words, environment=clean))
        self._since, self.ran = 0, self.ran + 1

    def _stop_at_a_breakpoint(self, text: str) -> None:
        """As VS Code does, with what was written for it."""
        (entry,) = json.loads((self.project / ".vscode/launch.json").read_text(encoding="utf-8"))["configurations"]
        assert entry["name"] == "pkgops: list-notes"
        mapping = entry["pathMappings"][0]
        roots = (str(self.project), mapping["remoteRoot"])
        lines = (self.project / FILE).read_text(encoding="utf-8").splitlines()
        line = next(number for number, one in enumerate(lines, 1) if one.strip().startswith("found ="))
        answer: list[str] = []
        with Debugger(entry["connect"]["port"], roots) as debugger:
            debugger.stop_at(str(self.project / FILE), line)
            calling = threading.Thread(target=lambda: answer.append(self._shell.paste(text)))
            calling.start()
            frame = debugger.stopped()
            assert (frame["line"], frame["name"]) == (line, "handler")
            assert "Equals" in debugger.value(frame, "asked")
            debugger.ask("continue", threadId=frame["thread"])
            calling.join(60)
        assert answer == ['{"notes": []}']
        self.ran += 1
        if self._dev:
            assert self._dev.end() == 130

    def _use_a_free_port(self) -> None:
        stages = self.project / "stages.toml"
        text = stages.read_text(encoding="utf-8")
        if PORT in text:
            stages.write_text(text.replace(PORT, f"port = {free_port()}"), encoding="utf-8")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    home = tmp_path / "home"
    home.mkdir()
    shell = Terminal(home)
    with ExitStack() as opened:
        one = Reader(shell, opened)
        yield one
    shell.close()
    down = [sys.executable, "-m", "pkgops.cli", "local", "down"]
    subprocess.run(down, cwd=one.project, env=shell.environment, check=False, capture_output=True)


def test_the_guide_leads_to_a_breakpoint(reader: Reader) -> None:
    for block in blocks(GUIDE.read_text(encoding="utf-8")):
        reader.read(block)
    assert reader.ran >= 9, "the blocks were not found"
