"""Publishing: carrying out a `PublishPlan`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from pkgops.events import Emit, Finished, Progress, Started
from pkgops.operate.web.plan import PARALLEL, Change, PublishPlan

if TYPE_CHECKING:
    from pkgops.ports.websites import Websites

EVERYTHING = "/*"
_MOST_PATHS = 300  # of one invalidation; the first thousand paths a month cost nothing, and /* counts as one
# What CloudFront keeps as it is in a path: all but what RFC 1738 calls unsafe, and what begins a query.
_AS_THEY_ARE = "/-_.!*'(),;:@&=+$"


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What was done: the plan's changes, the paths that were invalidated, and the invalidation's id ("" for none)."""

    plan: PublishPlan
    paths: tuple[str, ...]
    invalidation: str


def publish(plan: PublishPlan, websites: Websites, emit: Emit, *, everything: bool = False) -> PublishReport:
    """Uploads and deletes as planned, then invalidates what visitors may still be given from a cache, everything if
    asked to.

    The first error, after those changes that had been made were invalidated: a repetition would not find them."""
    done: list[Change] = []
    try:
        _upload(plan, websites, emit, done)
        gone = plan.of("delete")
        websites.remove(plan.bucket, [change.key for change in gone])
        done += gone
    except BaseException:
        if plan.distribution and (paths := _paths(plan, done)):
            websites.invalidate(plan.distribution, paths)
        raise
    paths = [EVERYTHING] if everything else _paths(plan, done)
    invalidation = websites.invalidate(plan.distribution, paths) if plan.distribution and paths else ""
    return PublishReport(plan, tuple(paths if invalidation else ()), invalidation)


def _paths(plan: PublishPlan, done: Sequence[Change]) -> list[str]:
    if plan.whole:
        return [EVERYTHING] if done else []
    return stale_paths(done)


def stale_paths(changes: Iterable[Change]) -> list[str]:
    """The paths under which a cache may hold something old: of updated and deleted objects, and the directories they
    are the pages of. One for everything if they are many."""
    keys = [change.key for change in changes if change.action != "add"]
    folders = [key.removesuffix("index.html") for key in keys if key == "index.html" or key.endswith("/index.html")]
    paths = sorted({"/" + quote(key, safe=_AS_THEY_ARE) for key in (*keys, *folders)})
    return paths if len(paths) <= _MOST_PATHS else [EVERYTHING]


def _upload(plan: PublishPlan, websites: Websites, emit: Emit, done: list[Change]) -> None:
    """Uploads in the plan's order: pages when all that they refer to is there. ``done`` grows by what is finished."""
    uploads = [change for change in plan.changes if change.action != "delete"]
    if not uploads:
        return
    what = f"Uploading {len(uploads)} files to {plan.bucket}"
    emit(Started(what))
    for _, group in groupby(uploads, key=lambda change: change.turn):
        _upload_group(plan.bucket, list(group), websites, done, lambda count: emit(Progress(what, count, len(uploads))))
    emit(Finished(what))


def _upload_group(
    bucket: str, group: Sequence[Change], websites: Websites, done: list[Change], tell: Callable[[int], None]
) -> None:
    def put(change: Change) -> None:
        assert change.body is not None and change.served is not None  # noqa: S101, PT018 - for the type checker
        websites.put(bucket, change.key, change.body, change.served)

    pool = ThreadPoolExecutor(PARALLEL)
    futures = {pool.submit(put, change): change for change in group}
    try:
        for count, future in enumerate(as_completed(futures), len(done) + 1):
            future.result()
            tell(count)
    finally:
        pool.shutdown(cancel_futures=True)
        done += [change for one, change in futures.items() if not one.cancelled() and one.exception() is None]
