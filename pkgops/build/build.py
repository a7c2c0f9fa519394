"""How are templates and artifacts made without doing again what has not changed?

The result of synthesis, checks and packaging is kept under ``.pkgops/cache`` with a fingerprint of everything it
depends on: the sources of templates and handlers, the stage, the settings, the tool itself. With nothing changed
a deployment reads files and compares; troposphere is not even imported.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pkgops.build.archive import write_atomically
from pkgops.build.synth import Synthesized, synth
from pkgops.config import Project
from pkgops.events import Emit, silent

if TYPE_CHECKING:
    from pkgops.build.package import Packaged

_SOURCES = (".py", ".json", ".txt", ".toml", ".in", ".js", ".html", ".sql")
_PACKAGE = Path(__file__).parents[1]
# The parts of pkgops that decide what a build makes; a test holds this list against the modules a build imports.
TOOL = ("bootstrap", "build", "config.py", "errors.py", "events.py", "intrinsics.py", "kit", "model.py", "scope.py")


def build(project: Project, emit: Emit = silent, *, checked: bool = True) -> Packaged:
    """Templates checked and artifacts built, from the cache as far as it holds. Only what is to be deployed has to be
    ``checked``, which takes longer than all the rest.

    ConfigError, BuildError: see `pkgops.build.synth.synth`, `pkgops.build.check.check`,
    `pkgops.build.package.package`."""
    cache = _Cache(project)
    code = _fingerprint(project.root / "handlers")
    packaged = cache.packaged(code)
    if checked and cache.read("checked", "") is None:
        from pkgops.build.check import check

        check(project, synthesized(project), emit)
        cache.keep("checked", "", True)
    if packaged is not None:
        return packaged
    from pkgops.build.package import package

    packaged = package(project, synthesized(project), emit)
    cache.keep("packaged", code, {"stacks": _plain(packaged.stacks), "assets": _plain(packaged.assets)})
    return packaged


def synthesized(project: Project) -> list[Synthesized]:
    """`pkgops.build.synth.synth` for a project, from the cache if nothing it depends on has changed."""
    cache = _Cache(project)
    known = cache.read("synthesized", "")
    if known is not None:
        return [Synthesized(**row) for row in known]
    stacks = synth(project.system, project.stage, project.settings)
    cache.keep("synthesized", "", _plain(stacks))
    return stacks


class _Cache:
    """One file a kind, system and stage; its first line is the fingerprint it was made for."""

    def __init__(self, project: Project) -> None:
        self._base = project.home / "cache" / f"{project.system.key}-{project.stage.name}"
        self._home = project.home
        self._inputs = _inputs(project)

    def read(self, kind: str, extra: str) -> Any:
        try:
            first, _, body = self._path(kind).read_text(encoding="utf-8").partition("\n")
        except FileNotFoundError:
            return None
        return json.loads(body) if first == self._mark(extra) else None

    def keep(self, kind: str, extra: str, value: Any) -> None:
        write_atomically(self._path(kind), f"{self._mark(extra)}\n{json.dumps(value)}".encode())

    def packaged(self, extra: str) -> Packaged | None:
        known = self.read("packaged", extra)
        if known is None:
            return None
        from pkgops.build.package import Asset, Packaged

        store = self._home / "artifacts"
        assets = tuple(Asset(**{**row, "path": store / Path(row["path"]).name}) for row in known["assets"])
        if not all(asset.path.is_file() for asset in assets):
            return None
        return Packaged(tuple(Synthesized(**row) for row in known["stacks"]), assets)

    def _path(self, kind: str) -> Path:
        return self._base.with_name(f"{self._base.name}.{kind}.json")

    def _mark(self, extra: str) -> str:
        return hashlib.sha256(f"{self._inputs}\n{extra}".encode()).hexdigest()


def _inputs(project: Project) -> str:
    library = find_spec("troposphere")
    origin = Path(library.origin).stat() if library and library.origin else None
    parts = [
        _fingerprint(project.root / "templates"),
        *(_fingerprint(_PACKAGE / name) for name in TOOL),
        repr(project.stage),
        repr(project.settings),
        str(origin.st_mtime_ns if origin else 0),
        sys.version,
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _fingerprint(place: Path) -> str:
    """The sha256 of the names and contents of a directory's sources, or of one file."""
    whole = hashlib.sha256()
    for path in sorted(_sources(str(place))) if place.is_dir() else [str(place)]:
        with open(path, "rb") as file:  # noqa: PTH123 - hundreds of files, and Path.open costs as much as reading
            whole.update(f"{os.path.relpath(path, place)}\0".encode())
            whole.update(hashlib.sha256(file.read()).digest())
    return whole.hexdigest()


def _sources(directory: str) -> Iterator[str]:
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _sources(entry.path)
            elif entry.name.endswith(_SOURCES):
                yield entry.path


def _plain(rows: Any) -> list[dict[str, Any]]:
    plain = []
    for row in rows:
        values: Mapping[str, Any] = {field.name: getattr(row, field.name) for field in fields(row)}
        plain.append({key: str(value) if isinstance(value, Path) else value for key, value in values.items()})
    return plain
