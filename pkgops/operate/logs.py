"""What did the functions say, and what are they saying now?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgops.events import Emit, silent
from pkgops.operate.lines import Line
from pkgops.operate.when import moment

if TYPE_CHECKING:
    from pkgops.functions import Function
    from pkgops.ports import Logs
    from templates.model import Stage


@dataclass(frozen=True, slots=True)
class Query:
    """What to read. ``since`` and ``until`` are epoch ms, both included; ``text`` is a substring the line must
    hold, case-sensitive; ``calls_per_second`` is the budget of all groups together when following."""

    since: int
    until: int | None = None
    text: str = ""
    follow: bool = False
    raw: bool = False
    calls_per_second: float = 5.0


def query(
    stage: Stage,
    since: str = "10m",
    until: str | None = None,
    *,
    text: str = "",
    follow: bool = False,
    raw: bool = False,
) -> Query:
    """A `Query` from what the user typed (`pkgops.operate.when.moment`)."""
    return Query(
        since=moment(since),
        until=moment(until) if until else None,
        text=text,
        follow=follow,
        raw=raw,
        calls_per_second=200.0 if stage.local else 5.0,
    )


def tail(functions: Sequence[Function], logs: Logs, wanted: Query, emit: Emit = silent) -> Iterator[Line]:
    """The lines of those functions, interleaved in time order; endless with ``wanted.follow``.

    No event is lost and none comes twice. Iterate and print; closing the iterator stops all reading."""
    raise NotImplementedError
