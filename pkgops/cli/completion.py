"""Shell completion of stages, systems, stacks and functions.

Completion runs on every press of Tab, so it reads names where they are cheapest: the stages from the file,
the stacks from the systems' declarations, the functions from the handlers' file names. A completion never
fails: outside a project it offers nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Context = click.Context
Parameter = click.Parameter
Completion = Callable[[Context, Parameter, str], list[str]]


def _never_fails(offer: Callable[[Context, Path, str], list[str]]) -> Completion:
    """A completion that offers nothing where there is no project, or one with mistakes in it."""

    def complete(ctx: Context, _parameter: Parameter, incomplete: str) -> list[str]:
        from pkgops.errors import PkgopsError
        from pkgops.project import find

        try:
            names = offer(ctx, find(ctx.params.get("project")), incomplete)
        except (PkgopsError, OSError, ImportError, SyntaxError):
            return []
        return [name for name in names if name.startswith(incomplete)]

    return complete


def _stages(_ctx: Context, root: Path, _incomplete: str) -> list[str]:
    from pkgops.project import TABLE, tables

    return [name for name in tables(root) if name != TABLE]


def _systems(_ctx: Context, root: Path, _incomplete: str) -> list[str]:
    from pkgops.project import systems

    return list(systems(root))


def _targets(ctx: Context, root: Path, incomplete: str) -> list[str]:
    from pkgops.project import systems

    system, slash, _ = incomplete.partition("/")
    if slash:
        return [f"{system}/{key}" for key in _stack_keys(root, system)]
    return [*systems(root), *_stack_keys(root, _system(ctx, root))]


def _stacks(ctx: Context, root: Path, _incomplete: str) -> list[str]:
    return _stack_keys(root, _system(ctx, root))


def _functions(ctx: Context, root: Path, _incomplete: str) -> list[str]:
    folder = root / "handlers" / _system(ctx, root)
    return sorted(
        {path.stem.replace("_", "-") for path in folder.rglob("*.py") if b"\ndef handler(" in path.read_bytes()}
    )


def _stack_keys(root: Path, system: str) -> list[str]:
    from pkgops.project import load_system

    return [stack.key for stack in load_system(root, system).stacks]


def _system(ctx: Context, root: Path) -> str:
    from pkgops.project import default_system, systems

    given: Any = ctx.params.get("system") or os.environ.get("PKGOPS_SYSTEM") or ""
    key = str(given).lower().replace("-", "_")
    return key if key in systems(root) else default_system(root)


complete_stages = _never_fails(_stages)  # of stages.toml
complete_systems = _never_fails(_systems)
complete_targets = _never_fails(_targets)  # systems, stacks of the default system, and system/stack after a slash
complete_stacks = _never_fails(_stacks)  # of the default system
complete_functions = _never_fails(_functions)  # of the default system, as get-order
