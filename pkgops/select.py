"""The selection of systems, stacks and what they define by the names on the command line.

A name is looked for in the default system first and then in every other one; ``SYSTEM/NAME`` says which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pkgops.errors import BuildError, ConfigError, NotFoundError, UsageError, unknown
from pkgops.model import NAMED_ENVIRONMENT, NAMED_STAGE, Stage, System
from pkgops.project import default_system, find_default_system, load_system, systems

Found = TypeVar("Found")


def targets(root: Path, names: Iterable[str], system: str | None = None) -> list[tuple[str, tuple[str, ...]]]:
    """What ``[SYSTEM[/STACK] ...]`` selects: (system key, stack keys) pairs in order; () means every stack.

    A name without a slash is a system, or a stack by any of its names: of ``system`` (None: the project's default),
    else of whichever system has it."""
    names = tuple(names)
    if not names:
        return [(load_system(root, system or default_system(root)).key, ())]
    chosen: dict[str, list[str]] = {}
    whole: set[str] = set()
    for name in names:
        key, stack = _target(root, name, system)
        chosen.setdefault(key, [])
        if stack is None:
            whole.add(key)
        else:
            chosen[key].append(stack)
    return [(key, () if key in whole else tuple(dict.fromkeys(keys))) for key, keys in chosen.items()]


def search(root: Path, name: str, find: Callable[[str, str], Found], default: str | None = None) -> Found:
    """What ``find(system key, name)`` returns for ``[SYSTEM/]NAME``; it raises NotFoundError in a system without it.

    Without a system the default one comes first (``default``, else the project's), then all others. UsageError if
    several of those have the name; the first system's NotFoundError if none has."""
    known = systems(root)
    default = load_system(root, default).key if default else find_default_system(root, known)
    prefix, _, bare = name.partition("/")
    named = system_key(root, prefix) if bare else None
    missing: list[NotFoundError] = []
    for system, wanted in ((named, bare), (default, name)):  # a name may have a slash of its own: shop/api-key
        if system:
            try:
                return find(system, wanted)
            except NotFoundError as error:
                missing.append(error)
    return _only(name, [key for key in known if key != default], find, missing)


def system_key(root: Path, name: str) -> str | None:
    """The key of the system called ``name``, in any case and with - for _; None if the project has none."""
    key = name.lower().replace("-", "_")
    return key if key in systems(root) else None


def stack_key(system: System, name: str, stage: Stage | None = None) -> str:
    """The key of the stack called ``name``: its key, an alias, or its name with any stage or none."""
    names = stack_names(system, stage)
    found = names.get(name.lower().replace("-", "_")) or names.get(name.lower()) or _on_any_stage(system, name)
    if found is None:
        raise unknown("stack", name, _suggestions(system))
    return found


def stack_names(system: System, stage: Stage | None = None) -> dict[str, str]:
    """The stack's key by every accepted spelling in lower case."""
    names: dict[str, str] = {}
    for stack in system.stacks:
        spellings = [stack.key, stack.name, *stack.aliases, _without_stage(stack.name)]
        if stage is not None:
            spellings.append(system.named(stage, stack.name))
        for spelling in spellings:
            names.setdefault(spelling.lower(), stack.key)
    return names


def _without_stage(documented: str) -> str:
    """A documented name without its placeholders: ``Shop-Api`` for ``Shop-{environment}-Api``."""
    return re.sub(r"-?\{\w+\}", "", documented).removeprefix("-")


def _on_any_stage(system: System, name: str) -> str | None:
    """The key of the stack whose documented name contains the stage, or the system's word for it, by its name on any
    stage: ``shop-app-dev``."""
    for stack in system.stacks:
        for placeholder in (NAMED_STAGE, NAMED_ENVIRONMENT):
            before, place, after = stack.name.partition(placeholder)
            if place and re.fullmatch(f"{re.escape(before)}[a-z0-9-]+{re.escape(after)}", name, re.IGNORECASE):
                return stack.key
    return None


def _suggestions(system: System) -> list[str]:
    """The keys and names to suggest for an unknown stack."""
    names = [(stack.key, stack.name) for stack in system.stacks]
    return [spelling for pair in names for spelling in pair if "{" not in spelling]


def _target(root: Path, name: str, default: str | None) -> tuple[str, str | None]:
    if system := system_key(root, name):
        return system, None
    if "/" in name:
        load_system(root, name.partition("/")[0])
    try:
        return search(root, name, lambda key, stack: (key, _bare_stack_key(load_system(root, key), stack)), default)
    except NotFoundError as error:
        if "/" in name:
            raise
        known = systems(root)
        own = find_default_system(root, known) if default is None else default
        offered = [*known, *(_suggestions(load_system(root, own)) if own else ())]
        raise unknown("system or stack", name, offered) from error


def _only(name: str, systems: Iterable[str], find: Callable[[str, str], Found], missing: list[NotFoundError]) -> Found:
    """What the only one of ``systems`` that has the name has under it; the first of ``missing`` if none has it."""
    found: dict[str, Found] = {}
    unread: list[str] = []
    for system in systems:
        try:
            found[system] = find(system, name)
        except NotFoundError as error:
            missing.append(error)
        except (BuildError, ConfigError) as error:
            unread.append(f"{system} was not searched: {error.message}")
    if len(found) > 1:
        raise UsageError(
            f"{name!r} is in several systems: {', '.join(found)}.",
            f"Name one of: {', '.join(f'{system}/{name}' for system in found)}.",
        )
    if found:
        return next(iter(found.values()))
    first = _nearest(missing) if missing else NotFoundError(f"Unknown name {name!r}.")
    raise NotFoundError(first.message, " ".join([first.hint, *unread]).strip())


def _nearest(missing: list[NotFoundError]) -> NotFoundError:
    """The first error, with the nearest of all names that the systems have."""
    first, rows = missing[0], [error.unknown for error in missing if error.unknown]
    if not first.unknown:
        return first
    kind, given, _ = first.unknown
    return unknown(kind, given, [name for row in rows if row[:2] == (kind, given) for name in row[2]])


def _bare_stack_key(system: System, name: str) -> str:
    """As `stack_key`, of a name on any stage too: ``ShopApi-dev``."""
    try:
        return stack_key(system, name)
    except NotFoundError:
        if name.partition("-")[0].lower() not in stack_names(system):
            raise
    return stack_key(system, name.partition("-")[0])
