"""The project a command works on: its directory, its systems, and how their templates are loaded.

The project is the nearest directory at or above the current one that holds ``stages.toml``. Each package of its
``templates/`` that defines a ``SYSTEM`` is a system; templates come from that directory and from nowhere else.
"""

from __future__ import annotations

import importlib
import keyword
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from typing import Any

from pkgops.errors import ConfigError, unknown
from pkgops.model import LOCAL, System
from pkgops.template_errors import located
from pkgops.text_file import read_text

FILE = "stages.toml"
TABLE = "project"  # of FILE; the other tables are stages
KEYS = ("default_system",)
VARIABLE = "PKGOPS_PROJECT"
_SYSTEM = re.compile(r"^SYSTEM\b\s*[:=]", re.MULTILINE)
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_PACKAGE = "templates"


def find(directory: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """The project's directory: ``directory`` if given, else PKGOPS_PROJECT, else the nearest one at or above the
    current directory. ConfigError if that holds no project."""
    environ = os.environ if environ is None else environ
    if named := directory or environ.get(VARIABLE):
        root = absolute(Path(named).expanduser())
        if not (root / FILE).is_file():
            raise ConfigError(
                f"There is no {FILE} in {root}.", "Name the directory of a project, or create one there: pkgops init"
            )
        return root
    here = absolute(Path())
    for root in (here, *here.parents):
        if (root / FILE).is_file():
            return root
    raise ConfigError(
        f"This is not a pkgops project: there is no {FILE} in {here} or above it.",
        "Create a project with pkgops init NAME, or name one with --project DIR.",
    )


def absolute(path: Path) -> Path:
    """The path from the root on. ConfigError if it is relative to a directory that has been deleted."""
    try:
        return path.resolve() if path.is_absolute() else (Path.cwd() / path).resolve()
    except FileNotFoundError:
        raise ConfigError(
            "The current directory does not exist any more.",
            "Change to another one: cd ~, or cd back into the project.",
        ) from None


def tables(root: Path) -> dict[str, dict[str, Any]]:
    """The tables of ``stages.toml`` by name, ``[project]`` among them."""
    try:
        found = tomllib.loads(read_text(root / FILE, FILE))
    except FileNotFoundError:
        raise ConfigError(
            f"There is no {FILE} in {root} any more.", "Put it back, or name a project with --project DIR."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{FILE} is not valid TOML: {error}.", "Correct that line.") from error
    for name, table in found.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{FILE}: {name!r} is outside a stage.", f"Put it under a table such as [{LOCAL}].")
    return found


def systems(root: Path) -> tuple[str, ...]:
    """The keys of the project's systems, in alphabetical order. ConfigError for a name no system can have."""
    try:
        entries = sorted(entry.name for entry in os.scandir(root / _PACKAGE) if os.path.isdir(entry))  # noqa: PTH112 - False for links in a ring, too
    except (FileNotFoundError, NotADirectoryError):
        return ()
    found = tuple(name for name in entries if _declares_system(root / _PACKAGE / name / "__init__.py"))
    for name in found:
        require_key(name)
    return found


def require_key(name: str) -> None:
    """ConfigError unless ``name`` can be a system: it is a Python package, and part of the names of its resources."""
    if not _KEY.fullmatch(name) or keyword.iskeyword(name):
        raise ConfigError(
            f"A system cannot be called {name!r}.",
            "Use lower case letters, digits and _, a letter first, and no word of Python: notes, order_flow.",
        )


def default_system(root: Path, known: tuple[str, ...] | None = None) -> str:
    """The system meant where none is named: ``default_system`` of ``[project]``, or the only one there is."""
    known = systems(root) if known is None else known
    default = find_default_system(root, known)
    if default is not None:
        return default
    if not known:
        raise ConfigError(
            f"The project in {root} has no system.", f"A system is a package of {_PACKAGE}/ that defines SYSTEM."
        )
    raise ConfigError(
        f"The project has several systems ({', '.join(known)}) and no default.",
        f'Name one, or add default_system = "{known[0]}" under [{TABLE}] in {FILE}.',
    )


def find_default_system(root: Path, known: tuple[str, ...]) -> str | None:
    """As `default_system`; None for a project that has none."""
    own = tables(root).get(TABLE, {})
    for key in own:
        if key not in KEYS:
            raise ConfigError(f"{FILE} [{TABLE}]: unknown key {key!r}.", f"Allowed keys: {', '.join(KEYS)}.")
    named = own.get("default_system")
    if named is not None:
        if named not in known:
            raise ConfigError(f"{FILE} [{TABLE}] default_system: there is no system {named!r}.", _offered(known))
        return str(named)
    return known[0] if len(known) == 1 else None


def load_system(root: Path, key: str) -> System:
    """The system of that key, in any case and with - for _. UsageError if the project has none of that name, BuildError
    if its module cannot be imported."""
    known = systems(root)
    name = key.lower().replace("-", "_")
    if name not in known:
        raise unknown("system", key, known)
    use_templates(root)
    with located(f"{_PACKAGE}/{name}/__init__.py"):
        system: System = importlib.import_module(f"{_PACKAGE}.{name}").SYSTEM
    if system.key != name:
        raise ConfigError(
            f"templates/{name}/__init__.py: SYSTEM has the key {system.key!r}.",
            f'Give it key="{name}", as its package.',
        )
    return system


def use_templates(root: Path) -> None:
    """Makes ``import templates`` mean the project's; modules of another project's templates are forgotten."""
    directory = root / _PACKAGE
    current = sys.modules.get(_PACKAGE)
    if current is not None and [os.path.realpath(path) for path in current.__path__] == [os.path.realpath(directory)]:
        return
    forget_templates()
    spec = ModuleSpec(_PACKAGE, None, is_package=True)
    spec.submodule_search_locations = [str(directory)]
    sys.modules[_PACKAGE] = module_from_spec(spec)


def forget_templates() -> None:
    """Makes the next ``import templates`` read the files again."""
    for name in [name for name in sys.modules if name == _PACKAGE or name.startswith(f"{_PACKAGE}.")]:
        del sys.modules[name]
    importlib.invalidate_caches()


def _declares_system(module: Path) -> bool:
    try:
        # A byte of another encoding is told by the import, with its line.
        return _SYSTEM.search(module.read_text(encoding="utf-8", errors="replace")) is not None
    except FileNotFoundError:
        return False


def _offered(known: tuple[str, ...]) -> str:
    return f"There are: {', '.join(known)}." if known else f"{_PACKAGE}/ holds no system."
