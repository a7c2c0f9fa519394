"""Shell completion of stages, systems, stacks, functions, outputs, queues, schedules and secrets.

Completion runs on every press of Tab, so it reads names where they are cheapest: the stages from the file,
the stacks from the systems' declarations, the functions from the handlers' file names, what is inside of stacks from
their last synthesis. It never asks AWS. A completion never fails: outside a project it offers nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pkgops.build.synth import SynthesizedStack

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


def _functions(_ctx: Context, root: Path, incomplete: str) -> list[str]:
    return _of_systems(root, incomplete, lambda system: _handlers(root / "handlers" / system))


def _names(ctx: Context, root: Path, incomplete: str) -> list[str]:
    return [*_systems(ctx, root, incomplete), *_functions(ctx, root, incomplete)]


def _secrets(_ctx: Context, root: Path, incomplete: str) -> list[str]:
    from pkgops.project import load_system

    return _of_systems(root, incomplete, lambda system: list(load_system(root, system).all_secrets))


def _outputs(ctx: Context, root: Path, incomplete: str) -> list[str]:
    return [*_targets(ctx, root, incomplete), *_in_stacks(ctx, root, incomplete, _output_keys)]


def _queues(ctx: Context, root: Path, incomplete: str) -> list[str]:
    from pkgops.operate.queues import declared_queues

    return _in_stacks(ctx, root, incomplete, lambda stacks: [row.documented for row in declared_queues(stacks)])


def _schedules(ctx: Context, root: Path, incomplete: str) -> list[str]:
    from pkgops.operate.schedules import find_rules

    return _in_stacks(ctx, root, incomplete, lambda stacks: [rule.documented for rule in find_rules(stacks)])


def _output_keys(stacks: list[SynthesizedStack]) -> list[str]:
    return [key for stack in stacks for key in stack.template.get("Outputs", {})]


def _in_stacks(
    ctx: Context, root: Path, incomplete: str, names: Callable[[list[SynthesizedStack]], list[str]]
) -> list[str]:
    """What ``names`` finds in the stacks of each system, as they were last synthesized for the stage."""
    from pkgops.build.last_stacks import last_stacks
    from pkgops.model import LOCAL

    stage = str(ctx.params.get("stage") or os.environ.get("PKGOPS_STAGE") or LOCAL)
    return _of_systems(root, incomplete, lambda system: names(last_stacks(root, system, stage)))


def _of_systems(root: Path, incomplete: str, offer: Callable[[str], list[str]]) -> list[str]:
    """What ``offer`` returns for each system; after ``SYSTEM/`` also what it returns for that one, as SYSTEM/NAME."""
    from pkgops.project import systems

    known = systems(root)
    names = {name for system in known for name in offer(system)}
    system, slash, _ = incomplete.partition("/")
    if slash and system in known:
        names |= {f"{system}/{name}" for name in offer(system)}
    return sorted(names)


def _handlers(folder: Path) -> list[str]:
    return [
        path.stem.replace("_", "-") for path in folder.rglob("*.py") if b"\ndef handler(" in b"\n" + path.read_bytes()
    ]


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
complete_functions = _never_fails(_functions)  # of all systems, as get-order, or shop/get-order after a slash
complete_names = _never_fails(_names)  # systems and functions
complete_outputs = _never_fails(_outputs)  # targets, and outputs of all systems
complete_queues = _never_fails(_queues)  # of all systems, by documented name
complete_schedules = _never_fails(_schedules)  # of all systems, by documented name
complete_secrets = _never_fails(_secrets)  # of all systems, by documented name
