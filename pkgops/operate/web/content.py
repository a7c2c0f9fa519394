"""What should a site's bucket hold: the files of a directory and of outputs, or an application's build."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pkgops.operate.web.files import find_files
from pkgops.operate.web.kinds import IMMUTABLE, NEVER_KEPT, cache_control

if TYPE_CHECKING:
    from pkgops.build.node.app_build import AppBuild
    from pkgops.declarations import Site
    from pkgops.operate.placeholders import Texts

# The distribution keeps such a file until it is told otherwise, a browser asks each time.
SHARED = "public, max-age=0, s-maxage=31536000, must-revalidate"
NOT_SERVED = "private, no-store"
# Which build is in the bucket, at a path that no distribution serves.
MARKER = "_pkgops/build.json"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object: its bytes or file, its Cache-Control, and whether pkgops made it. One that is wanted ``once`` is left
    as it is where it is there."""

    body: Path | bytes
    cache: str
    generated: bool = False
    once: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """All wanted objects by key. ``passed_over`` are paths that are not published. Objects that are not wanted and that
    ``keeps`` says True of are left without a word. ``whole``: what has changed is told from nothing, so that a cache
    has to forget everything."""

    wanted: dict[str, Wanted]
    passed_over: tuple[str, ...] = ()
    keeps: Callable[[str, bool], bool] = field(default=lambda _key, _prune: False)
    whole: bool = False


def directory_content(site: Site, texts: Texts, directory: Path) -> Content:
    """A directory and the generated files, each of which replaces one of the directory. UsageError for a directory that
    must not be published."""
    found = find_files(directory, site.index)
    made = {
        key: Wanted(json.dumps(texts.fill_all(value), indent=2, ensure_ascii=False).encode() + b"\n", NEVER_KEPT, True)
        for key, value in site.generated.items()
    }
    files = {key: Wanted(path, cache_control(key, site.immutable)) for key, path in found.files.items()}
    return Content(files | made, tuple(found.passed_over))


def app_content(build: AppBuild) -> Content:
    """The files of an application's build, and the pages it begins its cache with.

    Visitors may still have pages of earlier builds, whose files are therefore kept, unless one prunes; and what the
    server has added to the cache of this build is never removed."""
    wanted = dict(_copied(build))
    wanted[MARKER] = marker(build)
    live = _live(build)

    def keeps(key: str, prune: bool) -> bool:
        return not prune or any(segment in live for segment in key.split("/"))

    return Content(wanted, keeps=keeps, whole=True)


def marker(build: AppBuild) -> Wanted:
    """What says which build is there; it is stored last."""
    return Wanted(json.dumps({"content": build.content}).encode() + b"\n", NOT_SERVED, generated=True)


def _copied(build: AppBuild) -> Iterator[tuple[str, Wanted]]:
    for copy in build.read().copies:
        folder = build.directory / copy.folder
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder).as_posix()
            if not path.is_file():
                continue
            if not copy.served:
                yield f"{copy.prefix}/{inside}", Wanted(path, NOT_SERVED, once=True)
                continue
            hashed = bool(copy.hashed) and inside.startswith(f"{copy.hashed}/")
            yield f"{copy.prefix}/{inside}", Wanted(path, IMMUTABLE if hashed else SHARED)


def _live(build: AppBuild) -> frozenset[str]:
    """The folders in which the cache of this build is."""
    caches = [build.directory / copy.folder for copy in build.read().copies if not copy.served]
    found = (path.name for cache in caches if cache.is_dir() for path in cache.iterdir() if path.is_dir())
    return frozenset(name for name in found if not name.startswith("__"))
