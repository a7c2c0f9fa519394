"""The port to CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One log line; ``time`` is epoch milliseconds, ``id`` unique within the group ("" from Live Tail)."""

    group: str
    stream: str
    time: int
    id: str
    message: str


class Logs(Protocol):
    """CloudWatch Logs."""

    def fetch(self, group: str, start: int, end: int | None = None) -> Iterator[LogEvent]:
        """Events with start <= time (epoch ms) and, if given, time <= end, in the order the service returns
        them, every page. A group that does not exist has no events."""

    def live(self, groups: Sequence[str], sampled: Callable[[], None] | None = None) -> Iterator[LogEvent | None]:
        """Live Tail over at most ten groups; None when a second passed without an event. ``sampled`` is called
        when the service left events out (over 500 a second). Ends when the service ends the session. Raises
        NotImplementedError where Live Tail cannot be used."""

    def elsewhere(self) -> Mapping[str, Logs]:
        """The logs in the account's other regions, by region; none on the emulator, which has one."""
