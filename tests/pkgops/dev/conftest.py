"""A project of its own, deployed to ports in memory, whose files tests change."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pkgops.config import load
from pkgops.dev.contents import Contents
from pkgops.dev.system import Hooks, SystemLoop
from pkgops.events import Event
from pkgops.init.create import create
from pkgops.plan.plan import Plan
from pkgops.plan.swapped_code import code_sha256, wanted_code
from pkgops.project import forget_templates
from tests.pkgops.fakes.artifacts import FakeArtifacts
from tests.pkgops.fakes.ports import FakePorts


@dataclass
class Workbench:
    """The project, the loop over its system, and what it has reported."""

    root: Path
    ports: FakePorts
    loop: SystemLoop
    said: list[Event]
    plans: list[Plan] = field(default_factory=list)
    contents: Any = None

    def save(self, path: str, change: Callable[[str], str]) -> bool:
        """Changes a file and lets the loop react; whether it did anything."""
        file = self.root / path
        file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
        return self.react()

    def react(self) -> bool:
        """Lets the loop see what has changed."""
        self.said.clear()
        changed = self.contents.changed()
        acted = self.loop.react(changed) if changed else False
        self.settle()
        return acted

    def settle(self) -> None:
        """Functions run what CloudFormation has been told, where no swap came after it."""
        for plan in self.plans:
            for name, key in wanted_code(step.stack for step in plan.steps).items():
                self.ports.functions.run(name, code_sha256(key))
        self.plans.clear()

    def told(self, kind: type[Event]) -> list[Any]:
        """The events of a kind since the last save."""
        return [one for one in self.said if type(one) is kind]


@pytest.fixture(scope="session")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the linter has said about templates, by their content: each is linted once for all tests."""
    return tmp_path_factory.mktemp("verdicts")


@pytest.fixture
def workbench(tmp_path: Path, verdicts: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """A new project on a stage of AWS, deployed."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # tests save within the second by which it is told apart
    create("notes", tmp_path)
    root = tmp_path / "notes"
    (root / ".pkgops" / "cache").mkdir(parents=True)
    (root / ".pkgops" / "cache" / "lint").symlink_to(verdicts)
    project = load("dev", None, root, environ={})
    ports = FakePorts(artifacts=FakeArtifacts(), endpoint=None)
    ports.stacks.deployed("PkgopsBootstrap-dev", "CREATE_COMPLETE")
    said: list[Event] = []
    plans: list[Plan] = []
    hooks = Hooks(lambda _: ports, said.append, plans.append, said.append)
    loop = SystemLoop(project, (), hooks)
    bench = Workbench(root, ports, loop, said, plans, Contents(root))
    assert loop.deploy(), said
    bench.settle()
    yield bench
    bench.loop.close()
    forget_templates()
