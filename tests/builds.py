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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from pkgops.build.artifacts import PackagedSystem
from pkgops.build.build import build, synthesized
from pkgops.build.cache import PACKAGE
from pkgops.build.check import report
from pkgops.build.handler_usage import HandlerUsage
from pkgops.build.lint import verdict, verdict_file
from pkgops.build.source_files import fingerprint
from pkgops.build.synth import SynthesizedStack, template_text
from pkgops.checks.code.uses import Usage
from pkgops.checks.run import Result
from pkgops.config import Project
from pkgops.events import Emit, silent
from pkgops.own_files import keep_document, read_document
from tests.repository import ROOT

_PORT = re.compile(r"\b127\.0\.0\.1:\d+")


class Builds:
    """What the tests of one run have built, below a directory that its processes share."""

    def __init__(self, shared: Path) -> None:
        self._shared = shared
        self._usages: dict[str, Usage] = {}

    def build(self, project: Project, emit: Emit = silent) -> PackagedSystem:
        """`pkgops.build.build.build`, with everything at hand that other tests of this run have had made."""
        self.lint(project, synthesized(project))
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

    def lint(self, project: Project, stacks: Iterable[SynthesizedStack]) -> None:
        """Gives a project cfn-lint's verdicts on its templates."""
        region = project.stage.region
        for stack in stacks:
            keep_document(verdict_file(project.home, region, stack.template), self._verdict(stack, region))

    def report(self, project: Project, stacks: Sequence[SynthesizedStack]) -> Result:
        """`pkgops.build.check.report` for a shipped system, whose handlers are read once in a run."""
        with self._checked() as root:
            here = replace(project, root=root)
            self.lint(here, stacks)
            return report(here, stacks)

    def usage(self, handler: str) -> Usage:
        """`pkgops.checks.code.reader.read_handler` for a shipped system's handler, which is read once in a run."""
        if handler not in self._usages:
            with self._checked() as root:
                known = HandlerUsage(root, root / ".pkgops" / "cache" / "usage.json", _fingerprint_of_checks())
                self._usages[handler] = known.of(handler)
                known.save()
        return self._usages[handler]

    def findings(self, stack: SynthesizedStack, region: str) -> list[str]:
        """Everything cfn-lint says about a template, warnings included."""
        return [f"{row['rule']} {row['path']}: {row['message']}" for row in self._verdict(stack, region)]

    @contextmanager
    def _checked(self) -> Iterator[Path]:
        """The repository as a project with a ``.pkgops`` of its own, for one process at a time."""
        root = self._shared / "checked"
        with _exclusive(self._shared / "checked.lock"):
            root.mkdir(exist_ok=True)
            for name in ("handlers", "templates", "docs", "tests", "README.md"):
                if not (root / name).exists():
                    (root / name).symlink_to(ROOT / name)
            yield root

    def _verdict(self, stack: SynthesizedStack, region: str) -> list[dict[str, str]]:
        """Stage local's templates hold the emulator's address. Projects differ in its port, which no rule looks at."""
        template = _PORT.sub("127.0.0.1:4566", template_text(stack.template))
        digest = hashlib.sha256(f"{region}\n{template}".encode()).hexdigest()
        path = self._shared / "verdicts" / f"{digest}.json"
        with _exclusive(path.with_suffix(".lock")):
            known: list[dict[str, str]] | None = read_document(path)
            if known is None:
                known = verdict(json.loads(template), region)
                keep_document(path, known)
            return known


@cache
def _fingerprint_of_checks() -> str:
    return fingerprint(PACKAGE / "checks")


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
