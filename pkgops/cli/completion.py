"""Shell completion of stages, systems, stacks and functions.

Completion runs on every press of Tab, so it reads names where they are cheapest: the stages from the file,
the stacks from the systems' declarations, the functions from the handlers' file names. A completion never
fails: outside a project it offers nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path

Context = click.Context
Parameter = click.Parameter


def complete_stages(_ctx: Context, _parameter: Parameter, incomplete: str) -> list[str]:
    """The stages of stages.toml."""
    root = _project_root()
    if root is None:
        return []
    import tomllib

    try:
        names = tomllib.loads((root / "stages.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return []
    return _matching(incomplete, list(names))


def complete_systems(_ctx: Context, _parameter: Parameter, incomplete: str) -> list[str]:
    """The systems' keys."""
    import templates

    return _matching(incomplete, list(templates.SYSTEMS))


def complete_targets(ctx: Context, _parameter: Parameter, incomplete: str) -> list[str]:
    """Systems, stacks of the default system, and ``system/stack`` after a slash."""
    import templates

    system, slash, _ = incomplete.partition("/")
    if slash:
        keys = [stack.key for stack in templates.load(system).stacks] if system in templates.SYSTEMS else []
        return _matching(incomplete, [f"{system}/{key}" for key in keys])
    own = [stack.key for stack in templates.load(_system(ctx)).stacks]
    return _matching(incomplete, [*templates.SYSTEMS, *own])


def complete_stacks(ctx: Context, _parameter: Parameter, incomplete: str) -> list[str]:
    """The stacks of the default system."""
    import templates

    return _matching(incomplete, [stack.key for stack in templates.load(_system(ctx)).stacks])


def complete_functions(ctx: Context, _parameter: Parameter, incomplete: str) -> list[str]:
    """The functions of the default system, as ``get-order``: the handlers' file names."""
    root = _project_root()
    if root is None:
        return []
    folder = root / "handlers" / _system(ctx)
    names = {path.stem.replace("_", "-") for path in folder.rglob("*.py") if b"\ndef handler(" in path.read_bytes()}
    return _matching(incomplete, sorted(names))


def _system(ctx: Context) -> str:
    import templates

    given: Any = ctx.params.get("system") or os.environ.get("PKGOPS_SYSTEM") or ""
    key = str(given).lower().replace("-", "_")
    return key if key in templates.SYSTEMS else templates.DEFAULT_SYSTEM


def _matching(incomplete: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _project_root() -> Path | None:
    from pathlib import Path

    here = Path.cwd()
    return next((path for path in (here, *here.parents) if (path / "stages.toml").is_file()), None)
