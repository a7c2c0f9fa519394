"""What would publishing a directory change in the bucket?"""

from __future__ import annotations

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
from pkgops.operate.web.content import Content, Wanted, app_content, directory_content
from pkgops.operate.web.kinds import content_type
from pkgops.ports.websites import WebObject

if TYPE_CHECKING:
    from pkgops.build.node.app_build import AppBuild
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
    paths of the directory that are not published. ``distribution`` is "" if there is none; with ``whole``, any change
    makes it forget all it has kept."""

    bucket: str
    distribution: str
    url: str
    changes: tuple[Change, ...]
    unchanged: int
    foreign: tuple[str, ...]
    passed_over: tuple[str, ...]
    whole: bool = False

    def of(self, action: Action) -> list[Change]:
        """The changes of one kind."""
        return [change for change in self.changes if change.action == action]


def declared_site(project: Project) -> Site:
    """The system's site. UsageError if it declares none."""
    site = project.system.site
    if site is None:
        raise UsageError(
            f"{project.system.key} has no web pages to publish.", "A system declares them as site=Site(...)."
        )
    return site


def site_source(project: Project, given: str | None) -> Path | AppBuild:
    """What to publish: the given directory, else the build of the system's application, else the content that the
    system brings along. UsageError if there is none."""
    site = declared_site(project)
    if given is not None:
        return Path(given)
    if project.system.app is not None:
        return _build(project)
    if not site.content:
        raise UsageError(
            f"{project.system.key} brings no web pages along.",
            f"Name the directory of their build: pkgops web publish {project.system.key} DIR",
        )
    return project.root / site.content


def _build(project: Project) -> AppBuild:
    from pkgops.build.node.app_build import current

    build = current(project)
    if build is None:
        system, stage = project.system.key, project.stage.name
        raise UsageError(
            f"The application of {system} has not been built for stage {stage}.",
            f"Run: pkgops web build {system} --stage {stage}",
        )
    return build


def plan_publishing(
    project: Project,
    rows: Sequence[OutputRow],
    source: Path | AppBuild,
    websites: Websites,
    emit: Emit,
    *,
    prune: bool = False,
) -> PublishPlan:
    """Compares a directory with the generated files, or an application's build, with the bucket; reads only. ``rows``
    are the deployed outputs.

    Of what is gone from a directory, objects that pkgops has published are deleted, with ``prune`` all others too; of
    an application with ``prune`` alone.

    UsageError for a directory that must not be published (`pkgops.operate.web.files`) and if the site's outputs or
    its bucket are not deployed."""
    site, texts = declared_site(project), Texts(project, rows)
    bucket = texts.output(site.bucket)
    distribution = texts.output(site.distribution) if site.distribution else ""
    url = texts.output(site.url) if site.url else ""
    content = _content(site, texts, source)
    uploads, gone = _compared(content, bucket, websites, emit, prune=prune)
    deletions = [Change("delete", key) for key, ours in gone if ours or prune]
    return PublishPlan(
        bucket=bucket,
        distribution=distribution,
        url=url,
        changes=(*uploads, *deletions),
        unchanged=len(content.wanted) - len(uploads),
        foreign=tuple(key for key, ours in gone if not (ours or prune)),
        passed_over=content.passed_over,
        whole=content.whole,
    )


def _compared(
    content: Content, bucket: str, websites: Websites, emit: Emit, *, prune: bool
) -> tuple[list[Change], list[tuple[str, bool]]]:
    """The uploads in their order, and of what is in the bucket besides, each key and whether pkgops published it."""
    stored = set(websites.keys(bucket))
    what = f"Comparing {len(content.wanted)} files with {bucket}"
    emit(Started(what))
    compared = _parallel(partial(_compare, websites, bucket, stored), content.wanted.items(), what, emit)
    others = [key for key in sorted(stored - content.wanted.keys()) if not content.keeps(key, prune)]
    gone = _parallel(partial(_is_ours, websites, bucket), others, what, emit)
    emit(Finished(what))
    uploads = sorted((change for change in compared if change), key=lambda change: (change.turn, change.key))
    return uploads, gone


def _content(site: Site, texts: Texts, source: Path | AppBuild) -> Content:
    return directory_content(site, texts, source) if isinstance(source, Path) else app_content(source)


def _compare(websites: Websites, bucket: str, stored: set[str], each: tuple[str, Wanted]) -> Change | None:
    """The change for one wanted object; None if it is served as it should be."""
    key, wanted = each
    if wanted.once and key in stored:
        return None
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
