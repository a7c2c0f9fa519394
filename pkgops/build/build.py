"""The build of a system: its templates checked and its artifacts packaged, from the cache if nothing has changed.

An unchanged build only reads and compares files; troposphere is not even imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pkgops import stage_names
from pkgops.build.cache import BuildCache
from pkgops.build.linting.configuration import configuration, names_files
from pkgops.build.node.app_build import current
from pkgops.build.source_files import fingerprint
from pkgops.build.synth import SynthesizedStack, synth
from pkgops.config import Project
from pkgops.events import Emit, Event, Note, silent
from pkgops.runtimes import supported

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pkgops.build.artifacts import PackagedSystem


def build(
    project: Project,
    emit: Emit = silent,
    *,
    checked: bool = True,
    foresee: Callable[[Sequence[SynthesizedStack]], None] | None = None,
) -> PackagedSystem:
    """Templates and artifacts. What will not be deployed need not be ``checked``, which takes longer than all the rest;
    ``foresee`` gets templates that have not been checked yet, and may refuse them in less time.

    ConfigError, BuildError: see `pkgops.build.synth.synth`, `pkgops.build.check.check`,
    `pkgops.build.package.package`."""
    cache = BuildCache(project)
    code = fingerprint(project.root / "handlers")
    if project.system.app is not None:
        _warn(project, emit)
    if checked:
        advise(project, emit)
    packaged = _cached(project, cache, code)
    rules = configuration(project.root)
    found_by = f"{','.join(supported())}{rules}"  # a runtime may have ended since
    unchecked = checked and (names_files(rules) or cache.read("checked", found_by) is None)
    if packaged is not None and not unchecked:
        return packaged
    stacks = _synthesized(project, cache)
    if unchecked:
        _refuse_at_once(project, stacks, foresee)
    if packaged is not None:
        _check(project, stacks, emit, cache, found_by)
        return packaged
    if unchecked:
        with _packaging(project, stacks, emit) as packaging:
            _check(project, stacks, emit, cache, found_by)
            packaged = packaging.result()
    else:
        from pkgops.build.package import package

        packaged = package(project, stacks, emit)
    cache.write("packaged", {"stacks": _plain(packaged.stacks), "assets": _plain(packaged.assets)}, code)
    return packaged


def _refuse_at_once(
    project: Project, stacks: Sequence[SynthesizedStack], foresee: Callable[[Sequence[SynthesizedStack]], None] | None
) -> None:
    """Finds what needs neither the linter, which takes its time, nor artifacts."""
    from pkgops.build.dependencies.pins import Pins

    if foresee is not None:
        foresee(stacks)
    Pins(project.root).require_in_force()


def _check(project: Project, stacks: Sequence[SynthesizedStack], emit: Emit, cache: BuildCache, found_by: str) -> None:
    from pkgops.build.check import check

    check(project, stacks, emit)
    cache.write("checked", True, found_by)


@contextmanager
def _packaging(project: Project, stacks: Sequence[SynthesizedStack], emit: Emit) -> Iterator[Future[PackagedSystem]]:
    """Packages meanwhile: half of it is waiting for what installs and compiles packages. If what goes on beside it
    fails, these are ended, and packaging ends with the function that it is at."""
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    from pkgops.build.dependencies.programs import EndedError, Programs, current
    from pkgops.build.package import package

    programs, context = Programs(), copy_context()
    context.run(current.set, programs)

    def told(event: Event) -> None:
        if programs.ended:
            raise EndedError
        emit(event)

    with ThreadPoolExecutor(1, "pkgops-package") as pool:
        try:
            yield pool.submit(context.run, package, project, stacks, told)
        except BaseException:
            programs.end()
            raise


def advise(project: Project, emit: Emit) -> None:
    """What the system says of its settings on the stage, as warnings."""
    for sentence in project.system.advise(project.stage, project.settings):
        emit(Note(sentence, "warning"))


def _warn(project: Project, emit: Emit) -> None:
    from pkgops.build.node.builder import warning

    if text := warning(project):
        emit(Note(text, "warning"))


def synthesized(project: Project) -> list[SynthesizedStack]:
    """`pkgops.build.synth.synth` for a project, from the cache if nothing it depends on has changed."""
    return _synthesized(project, BuildCache(project))


def _synthesized(project: Project, cache: BuildCache) -> list[SynthesizedStack]:
    known = cache.read("synthesized")
    if known is not None:
        return [SynthesizedStack(**row) for row in known]
    app = current(project)
    stacks = synth(project.system, project.stage, project.settings, app.manifest if app else None)
    stage_names.require_short_within(project.stage, ((stack.name, stack.template) for stack in stacks))
    cache.write("synthesized", _plain(stacks))
    return stacks


def _cached(project: Project, cache: BuildCache, code: str) -> PackagedSystem | None:
    """The result of the last build with this code, if all its artifacts are still there."""
    known = cache.read("packaged", code)
    if known is None:
        return None
    from pkgops.build.artifacts import Asset, PackagedSystem

    store = project.home / "artifacts"
    assets = tuple(Asset(**{**row, "path": store / Path(row["path"]).name}) for row in known["assets"])
    if not all(asset.path.is_file() for asset in assets):
        return None
    return PackagedSystem(tuple(SynthesizedStack(**row) for row in known["stacks"]), assets)


def _plain(rows: Any) -> list[dict[str, Any]]:
    plain = []
    for row in rows:
        values: Mapping[str, Any] = {field.name: getattr(row, field.name) for field in fields(row)}
        plain.append({key: str(value) if isinstance(value, Path) else value for key, value in values.items()})
    return plain
