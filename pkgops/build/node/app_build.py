"""Which build of a system's application is there, and is it one of today's sources?

``pkgops web build`` keeps, for each system and stage, what OpenNext has written, below ``.pkgops/apps``. Templates are
made of its manifest, artifacts of its folders, and the bucket gets its files.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pkgops.config import Project
from pkgops.errors import BuildError
from pkgops.own_files import read_document

if TYPE_CHECKING:
    from pkgops.kit.next.manifest import Manifest

MANIFEST = "open-next.output.json"
RECORD = "build.json"
# What is made of the sources, or of their lock, what tools keep beside them, and what `next dev` alone reads.
_MADE = {
    *("node_modules", ".next", ".open-next", ".git", ".pkgops", ".turbo", ".swc", "out", "coverage"),
    *(".env.development", ".env.development.local"),
}
# Variables that the build writes into pages.
PUBLIC = "NEXT_PUBLIC_"


@dataclass(frozen=True, slots=True)
class AppBuild:
    """A build: ``directory`` holds what OpenNext wrote to ``.open-next``, ``manifest`` what that says of it.

    ``sources`` is the fingerprint of what it was made of ("" for one made elsewhere), ``content`` that of its files,
    and ``architecture`` that of its native modules."""

    directory: Path
    manifest: Mapping[str, Any]
    sources: str
    content: str
    architecture: str

    def read(self) -> Manifest:
        """What the manifest asks for. BuildError if that cannot be deployed."""
        from pkgops.kit.next.manifest import read

        try:
            return read(self.manifest)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BuildError(f"{MANIFEST}: {error}.", "Build the application with OpenNext 3, for AWS.") from error


def home(project: Project) -> Path:
    """Where the build for a system and stage is kept."""
    return project.home / "apps" / f"{project.system.key}-{project.stage.name}"


def current(project: Project) -> AppBuild | None:
    """The build of the system's application for the stage, None if there is none."""
    if project.system.app is None:
        return None
    directory = home(project)
    record = read_document(directory / RECORD)
    return AppBuild(directory, **record) if record is not None else None


def architecture(project: Project) -> str:
    """The architecture that native modules are needed for: the functions', on stage local this machine's."""
    app = project.system.app
    if project.stage.local or app is None:
        return "arm64" if os.uname().machine in ("arm64", "aarch64") else "x86_64"
    return app.architecture


def sources_of(project: Project, directory: Path) -> str:
    """The fingerprint of everything a build depends on: the application's files, for whom it is built, and variables
    that it writes into pages."""
    app = project.system.app
    public = sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith(PUBLIC))
    whole = hashlib.sha256("\n".join([architecture(project), project.stage.name, repr(app), *public]).encode())
    for path, file in _files(directory, _MADE):
        whole.update(f"\0{path}\0".encode(errors="surrogateescape") + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def content_of(directory: Path) -> str:
    """The fingerprint of a build's files."""
    whole = hashlib.sha256()
    for path, file in _files(directory, {RECORD}):
        whole.update(f"\0{path}\0".encode(errors="surrogateescape") + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def bundle_files(folder: Path) -> list[tuple[str, Path]]:
    """Every file of a function's bundle by its path in it; a build's copy has no links."""
    return list(_files(folder, {".bin"}))


def _files(directory: Path, left_out: set[str]) -> Iterator[tuple[str, Path]]:
    """Every file below a directory, sorted, hidden ones too; links to directories are not followed."""
    for above, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if name not in left_out)
        for name in sorted(names):
            path = Path(above, name)
            if name not in left_out and path.is_file():
                yield path.relative_to(directory).as_posix(), path
