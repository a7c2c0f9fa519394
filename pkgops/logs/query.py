"""The query of a log search: its time range, its filter and its rate limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, Unpack

from pkgops.errors import UsageError
from pkgops.logs.time_range import parse_start, parse_time

if TYPE_CHECKING:
    from pkgops.logs.line import LogLine
    from pkgops.model import Stage


@dataclass(frozen=True, slots=True)
class Query:
    """What to read. ``since`` and ``until`` are epoch ms, both included; ``text`` is a substring the line
    must contain, case-sensitive; ``request`` the id of the only invocation to show (`pkgops.logs.invocation`);
    ``calls_per_second`` is the limit for all groups together when following."""

    since: int
    until: int | None = None
    text: str = ""
    follow: bool = False
    raw: bool = False
    request: str = ""
    calls_per_second: float = 5.0

    def matching(self, lines: list[LogLine]) -> list[LogLine]:
        """The lines that contain ``text``. Filtered here because services differ in what a filter pattern means."""
        return [line for line in lines if self.text in line.raw] if self.text else lines


class Options(TypedDict, total=False):
    """The parts of a `Query` that are used as they were typed."""

    text: str
    follow: bool
    raw: bool
    request: str


def parse_query(stage: Stage, since: str = "10m", until: str | None = None, **options: Unpack[Options]) -> Query:
    """A `Query` from what the user typed (`pkgops.logs.time_range.parse_time`). UsageError for a range that is empty.

    The rate limit stays below FilterLogEvents' 10 calls a second of the smaller regions; the emulator has none."""
    follow = options.get("follow")
    if follow and until:
        raise UsageError("--until does not go with --follow: following has no end.", "Leave one of them out.")
    if follow and options.get("request"):
        raise UsageError("--request does not go with --follow: a request ends.", "Leave one of them out.")
    start, end = parse_start(since), parse_time(until) if until else None
    if end is not None and end < start:
        raise UsageError(f"--until {until} is before --since {since}.", "Exchange them, or move one of them.")
    return Query(
        since=start,
        until=end,
        calls_per_second=100.0 if stage.local else 5.0,
        **options,
    )
