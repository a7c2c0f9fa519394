"""Writing seed items to their tables, where they are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgops.errors import PkgopsError
from pkgops.events import Emit, Finished, Progress, Started

if TYPE_CHECKING:
    from pkgops.ports.tables import Tables
    from pkgops.seeds import SeedItem

_PARALLEL = 8


@dataclass(frozen=True, slots=True)
class Table:
    """A deployed table: its name and its key attributes."""

    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WriteResult:
    """The result of one item: written now, existing already, or an error."""

    item: SeedItem
    table: Table
    written: bool = False
    error: PkgopsError | None = None


def write_items(
    items: Sequence[SeedItem], tables: Mapping[str, Table], port: Tables, emit: Emit
) -> tuple[list[WriteResult], bool]:
    """Every item's result, in the items' order, and whether Ctrl-C cut it short. ``tables`` by reference.

    Raises the first error if not one item could be written or existed."""
    what = "Writing seed data"

    def put(item: SeedItem) -> WriteResult:
        table = tables[item.table]
        try:
            written = port.put_if_absent(table.name, item.item, table.keys, item.related)
        except PkgopsError as error:
            return WriteResult(item, table, error=error)
        return WriteResult(item, table, written=written)

    emit(Started(what))
    interrupted = False
    pool = ThreadPoolExecutor(_PARALLEL)
    futures = [pool.submit(put, item) for item in items]
    try:
        for done, _ in enumerate(as_completed(futures), 1):
            emit(Progress(what, done, len(futures)))
    except KeyboardInterrupt:
        interrupted = True
    finally:
        pool.shutdown(cancel_futures=True)
    results = [future.result() for future in futures if not future.cancelled()]
    emit(Finished(what, f"{sum(result.written for result in results)} written"))
    errors = [result.error for result in results if result.error is not None]
    if errors and len(errors) == len(results):
        raise errors[0]
    return results, interrupted
