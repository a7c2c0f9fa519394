"""What would publishing a directory change in the bucket?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from pkgops.errors import UsageError
from pkgops.events import Emit, Finished, Progress, Started
from pkgops.operate.placeholders import Texts
from pkgops.operate.web.files import Found, find_files
from pkgops.operate.web.kinds import NEVER_KEPT, cache_control, content_type
from pkgops.ports.websites import WebObject

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.declarations import Site
    from pkgops.operate.outputs import OutputRow
    from pkgops.ports.websites import Websites

PARALLEL = 16  # requests at once

Action = Literal["add", "update", "delete"]
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Change:
    """One object that is added, updated or deleted. ``body`` is the file, or the bytes of a generated one, and
    ``served`` what it is served as; both None for one to delete. ``generated`` is True if pkgops made it."""

    action: Action
    key: str
    size: int = 0
    served: WebObject | None = None
    body: Path | bytes | None = None
    generated: bool = False

    @property
    def turn(self) -> int:
        """When it is uploaded: what pages refer to first, then the pages, and at last what says where the system is."""
        return 2 if self.generated else int(self.key.lower().endswith((".html", ".htm")))


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """The changes, in the order in which they are safe: first what pages refer to, then the pages, then deletions.

    ``unchanged`` counts objects. ``foreign`` are keys of others that are left in the bucket, ``passed_over``
    paths of the directory that are not published. ``distribution`` is "" if there is none."""

    bucket: str
    distribution: str
    url: str
    changes: tuple[Change, ...]
    unchanged: int
    foreign: tuple[str, ...]
    passed_over: tuple[str, ...]

    def of(self, action: Action) -> list[Change]:
        """The changes of one kind."""
        return [change for change in self.changes if change.action == action]


@dataclass(frozen=True, slots=True)
class _Wanted:
    body: Path | bytes
    cache: str
    generated: bool = False


def declared_site(project: Project) -> Site:
    """The system's site. UsageError if it declares none."""
    site = project.system.site
    if site is None:
        raise UsageError(
            f"{project.system.key} has no web pages to publish.", "A system declares them as site=Site(...)."
        )
    return site


def site_directory(project: Project, given: str | None) -> Path:
    """The directory to publish: the given one, else the content that the system brings along. UsageError if there is
    neither."""
    site = declared_site(project)
    if given is not None:
        return Path(given)
    if not site.content:
        raise UsageError(
            f"{project.system.key} brings no web pages along.",
            f"Name the directory of their build: pkgops web publish {project.system.key} DIR",
        )
    return project.root / site.content


def plan_publishing(
    project: Project, rows: Sequence[OutputRow], directory: Path, websites: Websites, emit: Emit, *, prune: bool = False
) -> PublishPlan:
    """Compares ``directory`` and the generated files with the bucket; reads only. ``rows`` are the deployed outputs.

    Of what is gone from the directory, objects that pkgops has published are deleted, with ``prune`` all others too.

    UsageError for a directory that must not be published (`pkgops.operate.web.files`) and if the site's outputs or
    its bucket are not deployed."""
    site, texts = declared_site(project), Texts(project, rows)
    bucket = texts.output(site.bucket)
    distribution = texts.output(site.distribution) if site.distribution else ""
    url = texts.output(site.url) if site.url else ""
    found = find_files(directory, site.index)
    wanted = _wanted(site, texts, found)
    stored = set(websites.keys(bucket))
    what = f"Comparing {len(wanted)} files with {bucket}"
    emit(Started(what))
    compared = _parallel(partial(_compare, websites, bucket, stored), wanted.items(), what, emit)
    gone = _parallel(partial(_is_ours, websites, bucket), sorted(stored - wanted.keys()), what, emit)
    emit(Finished(what))
    uploads = sorted((change for change in compared if change), key=lambda change: (change.turn, change.key))
    deletions = [Change("delete", key) for key, ours in gone if ours or prune]
    return PublishPlan(
        bucket=bucket,
        distribution=distribution,
        url=url,
        changes=(*uploads, *deletions),
        unchanged=len(wanted) - len(uploads),
        foreign=tuple(key for key, ours in gone if not (ours or prune)),
        passed_over=tuple(found.passed_over),
    )


def _wanted(site: Site, texts: Texts, found: Found) -> dict[str, _Wanted]:
    """By key. A generated file replaces one of the directory."""
    made = {
        key: _Wanted(json.dumps(texts.fill_all(value), indent=2, ensure_ascii=False).encode() + b"\n", NEVER_KEPT, True)
        for key, value in site.generated.items()
    }
    files = {key: _Wanted(path, cache_control(key, site.immutable)) for key, path in found.files.items()}
    return files | made


def _compare(websites: Websites, bucket: str, stored: set[str], each: tuple[str, _Wanted]) -> Change | None:
    """The change for one wanted object; None if it is served as it should be."""
    key, wanted = each
    if isinstance(wanted.body, bytes):
        size, digest = len(wanted.body), sha256(wanted.body).hexdigest()
    else:
        with wanted.body.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
            size = file.tell()
    served = WebObject(digest, content_type(key), wanted.cache)
    there = websites.read(bucket, key) if key in stored else None
    if there == served:
        return None
    return Change("update" if there else "add", key, size, served, wanted.body, wanted.generated)


def _is_ours(websites: Websites, bucket: str, key: str) -> tuple[str, bool]:
    found = websites.read(bucket, key)
    return key, bool(found and found.sha256)


def _parallel(work: Callable[[Key], Value], items: Iterable[Key], what: str, emit: Emit) -> list[Value]:
    listed, found = list(items), []
    with ThreadPoolExecutor(PARALLEL) as pool:
        for result in pool.map(work, listed):
            found.append(result)
            emit(Progress(what, len(found), len(listed)))
    return found
