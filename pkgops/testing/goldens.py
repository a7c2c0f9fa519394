"""Golden templates: what a system's templates were when they were last recorded."""

from __future__ import annotations

import difflib
import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pkgops.build.synth import synth
from pkgops.config import Project, load, stages
from pkgops.model import LOCAL, Stage

_SHOWN = 30  # lines of a difference


class StageLeftOutWarning(UserWarning):
    """A stage's templates cannot be compared, because its settings are incomplete."""


@dataclass(frozen=True, slots=True)
class Goldens:
    """The recorded templates below ``tests/golden/<system>/<stage>/`` of the project at ``root``."""

    root: Path
    update: bool = False

    def compare(self, system: str) -> list[str]:
        """Compares every stage of ``stages.toml`` whose settings are complete, and warns of each other one
        (`StageLeftOutWarning`). AssertionError if a template is not as recorded, or one is recorded that no stack
        makes; with ``update`` the templates are recorded instead. Returns the files compared, relative to the project.
        """
        for stage, wrong in self.incomplete(system).items():
            message = f"Stage {stage} of {system} is not compared, as its settings are incomplete: {' '.join(wrong)}"
            warnings.warn(message, StageLeftOutWarning, stacklevel=2)
        __tracebackhide__ = True  # pytest shows the test, and what differs
        return self.compare_complete(system)

    def compare_complete(self, system: str) -> list[str]:
        """As `compare`, without a word about the stages left out."""
        __tracebackhide__ = True
        complete = [project for project in self._projects(system) if not _problems(project)]
        assert complete, f"{system} can be built for no stage: its settings are incomplete"
        files: list[str] = []
        for project in complete:
            files += self._compare(project)
        return files

    def incomplete(self, system: str) -> dict[str, list[str]]:
        """The stages that cannot be built, each with what is wrong with its settings, one sentence each."""
        return {project.stage.name: wrong for project in self._projects(system) if (wrong := _problems(project))}

    def _projects(self, system: str) -> Iterator[Project]:
        """The system on each stage. A port belongs to a checkout, and templates of stage local hold it: in goldens it
        is the default one."""
        default = Stage(LOCAL).port
        for name in stages(self.root):
            project = load(name, system, self.root, environ={})
            yield replace(project, stage=replace(project.stage, port=default))

    def _compare(self, project: Project) -> Iterator[str]:
        __tracebackhide__ = True
        directory = self.root / "tests" / "golden" / project.system.key / project.stage.name
        made = {
            f"{stack.key}.json": _text(stack.template)
            for stack in synth(project.system, project.stage, project.settings)
        }
        if self.update:
            self._record(directory, made)
        recorded = {path.name: path.read_text(encoding="utf-8") for path in directory.glob("*.json")}
        assert sorted(recorded) == sorted(made), (
            f"Recorded are {sorted(recorded)}, made {sorted(made)}; record with: pytest --update-golden"
        )
        for name, text in made.items():
            assert recorded[name] == text, (
                f"{directory / name} differs; if that is meant, record again with: pytest --update-golden\n"
                f"{_difference(recorded[name], text)}"
            )
            yield (directory / name).relative_to(self.root).as_posix()

    def _record(self, directory: Path, made: dict[str, str]) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        for path in directory.glob("*.json"):
            if path.name not in made:
                path.unlink()
        for name, text in made.items():
            (directory / name).write_text(text, encoding="utf-8")


def _problems(project: Project) -> list[str]:
    return list(project.system.check(project.stage, project.settings))


def _difference(recorded: str, made: str) -> str:
    """The first lines that differ, as in a diff from what is recorded."""
    lines = list(difflib.unified_diff(recorded.splitlines(), made.splitlines(), "recorded", "made", lineterm=""))
    return "\n".join(lines[:_SHOWN]) + ("\n..." if len(lines) > _SHOWN else "")


def _text(template: dict[str, object]) -> str:
    return json.dumps(template, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
