"""The selection of systems and stacks by the names on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pkgops.errors import UsageError, unknown
from pkgops.model import NAMED_STAGE, Stage, System
from pkgops.project import default_system, load_system, systems


def targets(root: Path, names: Iterable[str], system: str | None = None) -> list[tuple[str, tuple[str, ...]]]:
    """What ``[SYSTEM[/STACK] ...]`` selects: (system key, stack keys) pairs in order; () means every stack.

    A name without a slash is a system, or a stack by any of its names: of ``system`` (None: the project's default),
    else of whichever system has it."""
    default = system or default_system(root)
    chosen: dict[str, list[str]] = {}
    whole: set[str] = set()
    for name in names:
        system, stack = _target(root, name, default)
        chosen.setdefault(system, [])
        if stack is None:
            whole.add(system)
        else:
            chosen[system].append(stack)
    if not chosen:
        return [(load_system(root, default).key, ())]
    return [(key, () if key in whole else tuple(dict.fromkeys(keys))) for key, keys in chosen.items()]


def stack_key(system: System, name: str, stage: Stage | None = None) -> str:
    """The key of the stack called ``name``: its key, documented name, an alias, or the name on ``stage``."""
    names = stack_names(system, stage)
    found = names.get(name.lower().replace("-", "_")) or names.get(name.lower()) or _on_any_stage(system, name)
    if found is None:
        raise unknown("stack", name, _suggestions(system))
    return found


def stack_names(system: System, stage: Stage | None = None) -> dict[str, str]:
    """The stack's key by every accepted spelling in lower case."""
    names: dict[str, str] = {}
    for stack in system.stacks:
        spellings = [stack.key, stack.name, *stack.aliases]
        if stage is not None:
            spellings.append(stage.named(stack.name))
        for spelling in spellings:
            names.setdefault(spelling.lower(), stack.key)
    return names


def _on_any_stage(system: System, name: str) -> str | None:
    """The key of the stack whose documented name contains the stage, by its name on any stage: ``shop-app-dev``."""
    for stack in system.stacks:
        before, place, after = stack.name.partition(NAMED_STAGE)
        if place and re.fullmatch(f"{re.escape(before)}[a-z0-9-]+{re.escape(after)}", name, re.IGNORECASE):
            return stack.key
    return None


def _suggestions(system: System) -> list[str]:
    """The keys and names to suggest for an unknown stack."""
    names = [(stack.key, stack.name) for stack in system.stacks]
    return [spelling for pair in names for spelling in pair if NAMED_STAGE not in spelling]


def _target(root: Path, name: str, default: str) -> tuple[str, str | None]:
    if "/" in name:
        key, _, stack = name.partition("/")
        system = load_system(root, key)
        return system.key, stack_key(system, stack)
    known = systems(root)
    if name.lower().replace("-", "_") in known:
        return name.lower().replace("-", "_"), None
    for key in (default, *known):
        system = load_system(root, key)
        bare = name.partition("-")[0]  # ShopApi-dev: the name on a stage
        for spelling in (name, bare):
            if spelling.lower() in stack_names(system) or _on_any_stage(system, spelling):
                return system.key, stack_key(system, spelling)
    offered = [*known, *_suggestions(load_system(root, default))]
    raise UsageError(f"Unknown system or stack {name!r}.", unknown("system or stack", name, offered).hint)
