"""``pkgops ls``: lists systems, stacks, stages and functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pkgops.cli.command import session_command
from pkgops.cli.options import choice, targets

if TYPE_CHECKING:
    from pathlib import Path

    from pkgops.cli.session import Session
    from pkgops.config import Project

EXAMPLE = """\
pkgops ls
pkgops ls --all --stage prod
pkgops ls shop/api --show functions
pkgops ls --show stages --output json"""

_COLUMNS = {
    "stacks": ("System", "Stack", "Name"),
    "functions": ("System", "Stack", "Function", "Name"),
    "systems": ("System", "Title", "Stacks"),
    "stages": ("Stage", "Region", "Account", "Protected"),
}


@session_command("ls", example=EXAMPLE)
@targets
@choice("--show", tuple(_COLUMNS), "What to list.", default="stacks")
def command(session: Session, names: tuple[str, ...], all_systems: bool, show: str) -> None:
    """List what the project contains: stacks with their names on the stage, functions, systems or stages.

    Needs no credentials and starts nothing.
    """
    rows: Any
    if show == "stages":
        rows = _stages(session.root)
    elif show == "systems":
        rows = _systems(session.root)
    else:
        listing = _functions if show == "functions" else _stacks
        rows = (row for project, keys in session.targets(names, all_systems) for row in listing(project, keys))
    session.console.print_table(_COLUMNS[show], rows, f"There are no {show}.")


def _stacks(project: Project, keys: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for stack in project.system.stacks:
        if not keys or stack.key in keys:
            yield project.system.key, stack.key, project.named(stack.name)


def _functions(project: Project, keys: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    from pkgops.build.build import synthesized
    from pkgops.build.functions import functions

    for function in functions(synthesized(project)):
        if not keys or function.stack in keys:
            yield project.system.key, function.stack, function.short, function.name


def _systems(root: Path) -> Iterator[tuple[str, str, list[str]]]:
    from pkgops.project import load_system, systems

    for key in systems(root):
        system = load_system(root, key)
        yield key, system.title, [stack.key for stack in system.stacks]


def _stages(root: Path) -> Iterator[tuple[Any, ...]]:
    from pkgops import config

    for stage in config.stages(root).values():
        yield stage.name, stage.region, stage.account or "", stage.protected
