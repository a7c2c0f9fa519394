"""Builds of the shipped systems for tests, in which no template is linted twice and no artifact made twice in a run.

The processes of a test run share one directory: cfn-lint's findings by the template's text, artifacts by their content,
and the index that says which artifact some inputs give. Each project gets copies, so that a test may change or delete
what it has. Tests of building itself do not use this.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pkgops.build.archive import write_atomically
from pkgops.build.build import build, synthesized
from pkgops.build.check import verdict_file
from pkgops.build.package import PackagedSystem
from pkgops.build.synth import SynthesizedStack, template_text
from pkgops.config import Project
from pkgops.events import Emit, silent

_PORT = re.compile(r"\b127\.0\.0\.1:\d+")


class Builds:
    """What the tests of one run have built, below a directory that its processes share."""

    def __init__(self, shared: Path) -> None:
        self._shared = shared

    def build(self, project: Project, emit: Emit = silent) -> PackagedSystem:
        """`pkgops.build.build.build`, with everything at hand that other tests of this run have had made."""
        for stack in synthesized(project):
            if not self.findings(stack, project.stage.region):
                write_atomically(verdict_file(project.home, project.stage.region, stack), b"")
        with _exclusive(self._shared / "artifacts.lock"):
            _add(self._shared, project.home)
            packaged = build(project, emit)
            _add(project.home, self._shared)
        return packaged

    def store(self, project: Project) -> None:
        """Builds, and keeps only verdicts and artifacts: the project's next build is its own work, done quickly."""
        self.build(project)
        for path in (project.home / "cache").glob(f"{project.system.key}-{project.stage.name}.*"):
            path.unlink()

    def findings(self, stack: SynthesizedStack, region: str) -> list[str]:
        """Everything cfn-lint says about a template, warnings included.

        Stage local's templates hold the emulator's address. Projects differ in its port, which no rule looks at."""
        template = _PORT.sub("127.0.0.1:4566", template_text(stack.template))
        digest = hashlib.sha256(f"{region}\n{template}".encode()).hexdigest()
        path = self._shared / "findings" / f"{digest}.json"
        with _exclusive(path.with_suffix(".lock")):
            if not path.exists():
                write_atomically(path, json.dumps(_lint(template, region)).encode())
            found: list[str] = json.loads(path.read_text(encoding="utf-8"))
        return found


def _lint(template: str, region: str) -> list[str]:
    from cfnlint.api import lint
    from cfnlint.config import ManualArgs

    found = lint(template, config=ManualArgs(regions=[region]))
    return [f"{match.rule.id} {'/'.join(map(str, match.path))}: {match.message}" for match in found]


def _add(source: Path, target: Path) -> None:
    """The artifacts of one ``.pkgops`` to another: files that are there stay, the index comes along."""
    (target / "artifacts").mkdir(parents=True, exist_ok=True)
    for path in (source / "artifacts").glob("*.zip"):
        if not (target / "artifacts" / path.name).exists():
            os.link(path, target / "artifacts" / path.name)
    index = Path("cache", "artifacts.json")
    if (source / index).exists():
        (target / "cache").mkdir(exist_ok=True)
        shutil.copyfile(source / index, target / index)


@contextmanager
def _exclusive(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
