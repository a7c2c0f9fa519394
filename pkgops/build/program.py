"""How does the file of a handler run as a program on this machine?

As it stands in the project, with the packages it needs, pinned like a function's. They are unpacked once, below
``.pkgops``; the tool's own packages are not seen by it first.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pkgops.build.dependencies.target import target
from pkgops.build.package import Packager
from pkgops.runtimes import RUNTIMES, supported

if TYPE_CHECKING:
    from pkgops.config import Project

_KEPT = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class Program:
    """A command and the environment it needs; it starts in ``directory``."""

    command: tuple[str, ...]
    environment: dict[str, str]
    directory: Path


def handler_program(project: Project, handler: str) -> Program:
    """The program of ``handlers/shop/migrate.py``. BuildError as for a function."""
    packager = Packager(project)
    own = f"python{sys.version_info.major}.{sys.version_info.minor}"
    wanted = target(own if own in RUNTIMES else supported()[-1], "x86_64", local=True)
    needed = packager.closure(handler, wanted, ()).requirements
    places = [project.root]
    if needed:
        places.append(_unpacked(packager.dependencies(needed, wanted).path, project.home / "programs"))
    packager.save()
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    paths = os.pathsep.join(map(str, places))
    environment = kept | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    module = handler.removesuffix(".py").replace("/", ".")
    return Program((sys.executable, "-P", "-m", module), environment, project.root)


def _unpacked(layer: Path, folder: Path) -> Path:
    """The directory with the layer's packages."""
    found = folder / layer.stem
    if not found.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=folder, prefix=f"{layer.stem}."))
        with zipfile.ZipFile(layer) as archive:
            archive.extractall(partial)
        try:
            partial.rename(found)
        except OSError:  # another command was faster
            shutil.rmtree(partial, ignore_errors=True)
            if not found.is_dir():
                raise
    return found / "python"
