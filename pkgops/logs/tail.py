"""The logs of functions, up to now or followed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pkgops.errors import UsageError
from pkgops.events import Emit, silent
from pkgops.logs.backfill import backfill
from pkgops.logs.follow import follow

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.logs.line import LogLine
    from pkgops.logs.query import Query
    from pkgops.ports.logs import Logs


def tail_logs(functions: Sequence[Function], logs: Logs, query: Query, emit: Emit = silent) -> Iterator[LogLine]:
    """The lines of those functions, merged in time order; endless with ``query.follow``.

    No event is lost and none is duplicated. Closing the iterator stops all reading. UsageError if ``functions`` is
    empty."""
    if not functions:
        raise UsageError("There are no functions, so there are no logs.", "List what there is: pkgops ls")
    names = {function.log_group: function.short for function in functions}
    return follow(names, logs, query, emit) if query.follow else backfill(names, logs, query)
