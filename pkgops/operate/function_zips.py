"""Functions as zips that need no layer, and a manifest of them, for those who deploy with other tools.

Each zip holds a function's files and all packages it imports; that of an application's function its folder of the
build. A function that cannot be packaged does not stop the others.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from pkgops.build.archive import build_zip
from pkgops.build.artifacts import Asset
from pkgops.build.dependencies.target import target_of
from pkgops.build.layer import UNZIPPED_LIMIT
from pkgops.build.node.app_build import current
from pkgops.build.node.bundles import COMMAND
from pkgops.build.package import FUNCTION, HANDLERS, Packager, require_handler
from pkgops.build.synth import SynthesizedStack, resources
from pkgops.config import Project
from pkgops.errors import BuildError
from pkgops.events import Emit, Finished, Note, Progress, Started, silent
from pkgops.model import ASSET, BUNDLE
from pkgops.own_files import write_atomically
from pkgops.wording import counted

MANIFEST = "build-manifest.json"


@dataclass(frozen=True, slots=True)
class FunctionZip:
    """A function's zip: ``name`` as on the command line (get-order), ``source`` its handler's file or its folder of
    the application's build, ``size`` bytes; ``error`` is why there is none, "" if there is."""

    name: str
    source: str
    path: Path
    size: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A function of a template; ``handler`` is its `FunctionZip.source`, a folder if it is ``built``."""

    logical_id: str
    handler: str
    built: bool
    properties: Mapping[str, Any]
    includes: Sequence[str]


def write_zips(
    project: Project, stacks: Sequence[SynthesizedStack], directory: Path, emit: Emit = silent
) -> list[FunctionZip]:
    """Writes ``<function>.zip`` for each function of the stacks, and the manifest, into ``directory``. A zip of before
    that cannot be made today is removed. BuildError if nothing can be written, or no requirements read."""
    packager = Packager(project)
    wanted = [one for stack in stacks for one in _functions(stack)]
    names = _names(wanted)
    emit(Started("Packaging"))
    made = []
    for done, one in enumerate(wanted, 1):
        made.append(_attempt(packager, one, directory / f"{names[one.handler]}.zip"))
        emit(Progress("Packaging", done, len(wanted)))
    packager.save()
    write_atomically(directory / MANIFEST, _manifest(made).encode())
    emit(Finished("Packaging", counted(sum(not one.error for one in made), "function")))
    for note in dict.fromkeys(packager.notes):
        emit(Note(note, "warning"))
    return made


def _functions(stack: SynthesizedStack) -> list[_Wanted]:
    """Those whose code is of the project or of its application; of several with the same code the first."""
    found: dict[str, _Wanted] = {}
    for logical_id, resource in resources(stack.template, FUNCTION):
        given = (resource["Properties"].get("Code") or {}).get("S3Key")
        key = given if isinstance(given, str) else ""
        prefix = next((one for one in (ASSET, BUNDLE) if key.startswith(one)), "")
        if prefix:
            handler, includes = key.removeprefix(prefix), stack.includes.get(logical_id, ())
            one = _Wanted(logical_id, handler, prefix == BUNDLE, resource["Properties"], includes)
            found.setdefault(handler, one)
    return list(found.values())


def _names(wanted: Sequence[_Wanted]) -> dict[str, str]:
    """``get-order``, or ``api-get-order`` where several files are called so; the application's functions by their
    logical ids: ``server``, or ``app-server`` where a file is called so."""
    handlers = [one.handler for one in wanted if not one.built]
    stems = Counter(PurePosixPath(path).stem for path in set(handlers))
    found = {}
    for handler in handlers:
        path = PurePosixPath(handler).with_suffix("")
        parts = path.parts[2:] if stems[path.stem] > 1 else (path.name,)
        found[handler] = "-".join(parts).replace("_", "-")
    for one in wanted:
        if one.built:
            name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", one.logical_id.removesuffix("Function")).lower()
            found[one.handler] = f"app-{name}" if name in found.values() else name
    return found


def _attempt(packager: Packager, one: _Wanted, target: Path) -> FunctionZip:
    try:
        _write(packager, one, target)
    except BuildError as error:
        target.unlink(missing_ok=True)
        return FunctionZip(target.stem, one.handler, target, error=f"{error.message} {error.hint}".strip())
    return FunctionZip(target.stem, one.handler, target, target.stat().st_size)


def _write(packager: Packager, one: _Wanted, target: Path) -> None:
    assets = _bundled(packager, one) if one.built else _packaged(packager, one)
    if (size := sum(asset.unzipped for asset in assets)) > UNZIPPED_LIMIT:
        raise BuildError(f"{one.handler} has {size} bytes with its packages; AWS Lambda accepts {UNZIPPED_LIMIT}.")
    with ExitStack() as opened:
        archives = [opened.enter_context(zipfile.ZipFile(asset.path)) for asset in assets]
        inside = str if one.built else _inside
        files = [(inside(name), partial(each.read, name)) for each in archives for name in each.namelist()]
        made = build_zip(files, target.parent)[1]
    made.replace(target)


def _bundled(packager: Packager, one: _Wanted) -> list[Asset]:
    """The zip of a folder of the build. Stage local has a page in its place, which is for no other tool."""
    project = packager.project
    if current(project) is None:
        where = f"{project.system.key} --stage {project.stage.name}"
        raise BuildError("The application has not been built.", f"Run: {COMMAND} {where}")
    return [packager.bundle(one.handler, one.properties, one.logical_id)]


def _packaged(packager: Packager, one: _Wanted) -> list[Asset]:
    """The zip of a handler, and the layer of what it imports."""
    wanted = target_of(one.properties, one.logical_id, local=packager.project.stage.local)
    closure = packager.closure(one.handler, wanted, one.includes)
    require_handler(one.properties, closure, one.logical_id)
    assets = [packager.code(closure)]
    if closure.requirements:
        assets.append(packager.dependencies(closure.requirements, wanted))
    return assets


def _inside(name: str) -> str:
    """The place in a zip of a file of the code or of the layer, whose packages are below ``python/``."""
    return name if name.startswith(f"{HANDLERS}/") else name.removeprefix("python/")


def _manifest(made: Sequence[FunctionZip]) -> str:
    functions = {
        one.name: {"zipPath": str(one.path), "success": not one.error, **({"error": one.error} if one.error else {})}
        for one in made
    }
    document = {"buildTime": datetime.now(UTC).isoformat(timespec="milliseconds"), "functions": functions}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
