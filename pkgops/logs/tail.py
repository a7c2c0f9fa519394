"""The logs of functions, up to now or followed."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pkgops.errors import AccessError, UsageError
from pkgops.events import Emit, Note, silent
from pkgops.logs.backfill import backfill
from pkgops.logs.regions import LogsOfRegions, groups

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.logs.line import LogLine
    from pkgops.logs.query import Query
    from pkgops.ports.logs import Logs


def tail_logs(
    functions: Sequence[Function], logs: Logs, query: Query, emit: Emit = silent, stop: threading.Event | None = None
) -> Iterator[LogLine]:
    """The lines of those functions, merged in time order; endless with ``query.follow``, until ``stop`` is set.

    No event is lost and none is duplicated. Closing the iterator stops all reading. UsageError if ``functions`` is
    empty."""
    if not functions:
        raise UsageError("There are no functions, so there are no logs.", "List what there is: pkgops ls")
    elsewhere = _elsewhere(functions, logs, emit)
    if elsewhere:
        logs = LogsOfRegions(logs, elsewhere)
    names = groups(functions, elsewhere)
    if not query.follow:
        return backfill(names, logs, query, stop=stop)
    from pkgops.logs.follow import follow

    return follow(names, logs, query, emit, stop)


def _elsewhere(functions: Sequence[Function], logs: Logs, emit: Emit) -> Mapping[str, Logs]:
    """The other regions in which functions at the edge may have run; none if there are no such functions."""
    if not any(function.at_edge for function in functions):
        return {}
    try:
        found = logs.elsewhere()
    except AccessError as error:
        emit(Note(f"The logs of functions at the edge are read in one region alone. {error.message}", "warning"))
        return {}
    if found:
        emit(Note(f"Functions at the edge log where they are called: {len(found) + 1} regions are read."))
    return found
