"""``pkgops web build``: runs an application's own build, and keeps what OpenNext has written.

A build of the same sources is not made again. It runs in the application's directory, with two variables more:
``PKGOPS_STAGE`` and ``PKGOPS_ARCHITECTURE`` (``arm64`` or ``x64``, as Node.js and npm call them).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pkgops.build.node.app_build import MANIFEST, RECORD, AppBuild, architecture, content_of, current, home, sources_of
from pkgops.config import Project
from pkgops.errors import BuildError, UsageError
from pkgops.events import Emit, Finished, Note, Started
from pkgops.own_files import keep_document

OUTPUT = ".open-next"
_LOCK, _PACKAGES = "package-lock.json", "node_modules"
_INSTALL = ("npm", "ci", "--no-audit", "--no-fund")
_SHOWN = 30  # lines of a failed build
_NAMES = {"arm64": "arm64", "x86_64": "x64"}


def app_directory(project: Project) -> Path:
    """Where the sources of the system's application are. UsageError if it has none."""
    app = project.system.app
    if app is None:
        raise UsageError(
            f"{project.system.key} has no application to build.", "A system declares one as app=NextApp(...)."
        )
    place = app.place(project.settings)
    if not place:
        raise UsageError(
            f"The setting {app.setting} of {project.system.key} names no application.",
            f"Set it to the directory of one: {app.setting} = ... in stages.toml, or {app.setting.upper()}=...",
        )
    directory = project.root / place
    if not (directory / "package.json").is_file():
        raise UsageError(f"{place} has no package.json.", "Name the directory of a Next.js application.")
    return directory


def build_app(project: Project, emit: Emit, *, again: bool = False) -> AppBuild:
    """The build of today's sources, made if it is not there; ``again`` makes it in any case. UsageError, and BuildError
    with the end of what the build has said."""
    directory = app_directory(project)
    sources = sources_of(project, directory)
    known = current(project)
    if known is not None and known.sources == sources and not again:
        emit(Note(f"{_name(project, directory)} is unchanged: its build is kept."))
        return known
    _require_tools(project)
    if not (directory / _PACKAGES).is_dir():
        _install(project, directory, emit)
    assert project.system.app is not None  # noqa: S101 - for the type checker: it has a directory
    _run(project, directory, project.system.app.command, f"Building {_name(project, directory)}", emit)
    return _keep(project, directory / OUTPUT, sources)


def take_build(project: Project, directory: Path) -> AppBuild:
    """Keeps what OpenNext has written elsewhere, such as in a pipeline. UsageError for another directory."""
    return _keep(project, directory, "")


def warning(project: Project) -> str:
    """What deploying the system's application as it has been built deserves to be said of, "" for nothing."""
    app, build = project.system.app, current(project)
    run = f"pkgops web build {project.system.key} --stage {project.stage.name}"
    if app is None:
        return ""
    if build is None:
        return f"The application has not been built: a page that says so takes its place. To build it: {run}"
    return (
        f"The application has changed since it was built. For a new build: {run}" if _is_stale(project, build) else ""
    )


def _is_stale(project: Project, build: AppBuild) -> bool:
    """True if the sources are here and differ from those the build was made of."""
    app = project.system.app
    place = app.place(project.settings) if app else ""
    directory = project.root / place
    if not (place and build.sources and (directory / "package.json").is_file()):
        return False
    return sources_of(project, directory) != build.sources


def _require_tools(project: Project) -> None:
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        raise BuildError(
            f"There is no {' and no '.join(missing)} here, which builds the application of {project.system.key}.",
            "Install Node.js 20 or newer; or build where it is, and name the result: "
            f"pkgops web build {project.system.key} --from {OUTPUT}",
        )


def _install(project: Project, directory: Path, emit: Emit) -> None:
    if not (directory / _LOCK).is_file():
        raise BuildError(
            f"{_name(project, directory)} has no {_PACKAGES} and no {_LOCK}.", "Install its packages there first."
        )
    _run(project, directory, _INSTALL, f"Installing the packages of {_name(project, directory)}", emit)


def _run(project: Project, directory: Path, command: Sequence[str], what: str, emit: Emit) -> None:
    emit(Started(what))
    own = {
        "CI": "1",
        "NEXT_TELEMETRY_DISABLED": "1",
        "PKGOPS_ARCHITECTURE": _NAMES[architecture(project)],
        "PKGOPS_STAGE": project.stage.name,
    }
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            env={**os.environ, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except OSError as error:
        raise BuildError(
            f"{command[0]} cannot be started: {error.strerror}.", "Install it, or name another."
        ) from error
    if done.returncode:
        said = done.stdout.decode(errors="replace").rstrip().splitlines()[-_SHOWN:]
        raise BuildError(
            "\n".join([f"{what} failed ({' '.join(command)}, exit code {done.returncode}):", *said]),
            _remedy(directory, said),
        )
    emit(Finished(what))


def _remedy(directory: Path, said: Sequence[str]) -> str:
    """The next step after a build that said this."""
    if any("DATABASE_URL" in line for line in said) and not os.environ.get("DATABASE_URL"):
        return (
            "Prisma wants an address of a database while it generates, and asks nobody there: any will do. "
            "Repeat the command with DATABASE_URL=postgresql://localhost/x before it."
        )
    return f"Correct it in {directory}, and repeat the command."


def _keep(project: Project, made: Path, sources: str) -> AppBuild:
    """Copies a build to where it is kept, in the place of the one before."""
    manifest = _manifest(made)
    target = home(project)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        shutil.copytree(made, fresh, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".build", ".bin"))
        content = content_of(fresh)
        found = AppBuild(target, manifest, sources, content, architecture(project))
        found.read()
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    except shutil.Error as error:
        raise BuildError(f"{made} cannot be copied: {error.args[0][0][2]}.", "Repeat the build.") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    record = {"manifest": manifest, "sources": sources, "content": content, "architecture": found.architecture}
    keep_document(target / RECORD, record)
    return found


def _manifest(made: Path) -> Any:
    try:
        content = json.loads((made / MANIFEST).read_text())
        if not isinstance(content, dict):
            raise ValueError(MANIFEST)
        return content
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            f"{made} has no {MANIFEST}, or none that can be read.", "Name the .open-next that OpenNext 3 has written."
        ) from error


def _name(project: Project, directory: Path) -> str:
    return directory.relative_to(project.root).as_posix() if directory.is_relative_to(project.root) else str(directory)
