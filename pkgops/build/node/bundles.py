"""What goes into the zip of an application's function, and would it run there?

A bundle is a folder of the build (`pkgops.build.node.app_build`). What else would fail only when the function is first
called is checked: the handler, and native modules, which OpenNext leaves out or builds for the wrong machine without a
word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pkgops.build.node.app_build import AppBuild, bundle_files, current
from pkgops.config import Project
from pkgops.errors import BuildError
from pkgops.model import START, START_HANDLER

MODULE = "pkgops_start.mjs"
HERE = Path(__file__).parent
COMMAND = "pkgops web build"
_ELF = {"arm64": 183, "x86_64": 62}  # e_machine in the ELF header
_SUFFIXES = (".mjs", ".js", ".cjs")
_SHARP = "node_modules/sharp/package.json"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A zip to be: ``digests`` tells it from others, ``files`` are (name in the zip, what reads it)."""

    source: str
    digests: str
    files: Sequence[tuple[str, Callable[[], bytes]]]


def bundle(project: Project, folder: str, properties: Mapping[str, Any], logical_id: str) -> Bundle:
    """The zip of a function whose code is ``folder`` of the application's build. BuildError if there is no build (on
    stage local then a page that says so), or if the function would not run."""
    build = current(project)
    if build is None:
        if not project.stage.local:
            raise BuildError(
                f"The application of {project.system.key} has not been built for stage {project.stage.name}.",
                f"Run: {COMMAND} {project.system.key} --stage {project.stage.name}",
            )
        return _bundle(f"{folder} (not built)", bundle_files(HERE / "unbuilt"), "unbuilt", properties)
    found = bundle_files(build.directory / folder)
    names = {name for name, _ in found}
    _require_handler(build.directory / folder, names, _entry(properties), f"{folder} ({logical_id})")
    _require_native(build, folder, found)
    return _bundle(folder, found, build.content, properties)


def _bundle(source: str, found: list[tuple[str, Path]], content: str, properties: Mapping[str, Any]) -> Bundle:
    first = [(MODULE, HERE / "start.mjs")] if properties.get("Handler") == START_HANDLER else []
    own = "".join(path.read_text() for _, path in first)
    files = [(name, partial(_read, path)) for name, path in (*first, *found)]
    return Bundle(f"bundle {source}", f"node\0{source}\0{content}\0{own}", files)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BuildError(f"{path} cannot be read: {error.strerror}.", f"Build it again: {COMMAND}") from error


def _entry(properties: Mapping[str, Any]) -> str:
    """The handler of the build's own code."""
    handler = str(properties.get("Handler", ""))
    if handler != START_HANDLER:
        return handler
    task = ((properties.get("Environment") or {}).get("Variables") or {}).get(START, "{}")
    return str(json.loads(task).get("entry", ""))


def _require_handler(directory: Path, names: set[str], entry: str, what: str) -> None:
    module, _, name = entry.rpartition(".")
    found = [f"{module}{suffix}" for suffix in _SUFFIXES if f"{module}{suffix}" in names]
    if not found:
        raise BuildError(
            f"The handler {entry} of {what} is not in the application's build.",
            f"Build it again, with OpenNext 3: {COMMAND}",
        )
    text = (directory / found[0]).read_text(errors="replace")
    word = re.escape(name)
    listed = rf"export\s*\{{(?:[^}}]*,)?\s*(?:[\w$]+\s+as\s+)?{word}\s*[,}}]"
    exported = rf"{listed}|export\s+(?:async\s+)?(?:const|let|var|function)\s+{word}\b"
    if not re.search(rf"{exported}|exports\.{word}\b|module\.exports", text):
        raise BuildError(f"{found[0]} of {what} exports no {name}.", f"Build it again, with OpenNext 3: {COMMAND}")


def _require_native(build: AppBuild, folder: str, found: Sequence[tuple[str, Path]]) -> None:
    """Native modules are there, and for the machine the function runs on."""
    native = [(name, path) for name, path in found if path.suffix == ".node"]
    images = build.read().images
    if images and images.folder == folder:
        _require_sharp(folder, {name for name, _ in found}, native)
    for name, path in native:
        with path.open("rb") as file:
            header = file.read(20)
        if header[:4] == b"\x7fELF" and int.from_bytes(header[18:20], "little") != _ELF[build.architecture]:
            raise BuildError(
                f"{folder}/{name} is not built for {build.architecture}.",
                "Set imageOptimization.arch and install.arch in open-next.config.ts from PKGOPS_ARCHITECTURE, "
                f"which {COMMAND} sets to arm64 or x64.",
            )


def _require_sharp(folder: str, names: set[str], native: Sequence[tuple[str, Path]]) -> None:
    if _SHARP in names and any("sharp" in name for name, _ in native):
        return
    raise BuildError(
        f"{folder} has no sharp with its native module: OpenNext goes on without it, and no image would be answered.",
        "Name a version that needs no download in open-next.config.ts: imageOptimization: { install: { packages: "
        '["sharp@0.33.5"] } }',
    )
