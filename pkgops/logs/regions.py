"""The logs of functions at the edge, which CloudFront writes in the region a request was served from.

A group of another region than the stage's is called ``eu-west-1:/aws/lambda/us-east-1.name``; no group has a colon in
its own name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.ports.logs import LogEvent, Logs


def groups(functions: Sequence[Function], elsewhere: Mapping[str, Logs]) -> dict[str, str]:
    """The log groups of functions by the name that is shown; those at the edge have one in each region."""
    names = {function.log_group: function.short for function in functions}
    for region in elsewhere:
        names |= {f"{region}:{one.log_group}": f"{one.short} {region}" for one in functions if one.at_edge}
    return names


class LogsOfRegions:
    """`pkgops.ports.logs.Logs` over the stage's region, ``home``, and ``elsewhere``."""

    def __init__(self, home: Logs, elsewhere: Mapping[str, Logs]) -> None:
        self._home = home
        self._elsewhere = elsewhere

    def fetch(self, group: str, start: int, end: int | None = None) -> Iterator[LogEvent]:
        region, _, name = group.rpartition(":")
        if not region:
            yield from self._home.fetch(group, start, end)
            return
        for event in self._elsewhere[region].fetch(name, start, end):
            yield replace(event, group=group)

    def live(self, groups: Sequence[str], sampled: Callable[[], None] | None = None) -> Iterator[LogEvent | None]:
        """Live Tail in the stage's region alone; elsewhere there is little, and polling finds it."""
        here = [group for group in groups if ":" not in group]
        if not here:
            raise NotImplementedError("Live Tail is for one region.")
        return self._home.live(here, sampled)

    def elsewhere(self) -> Mapping[str, Logs]:
        """None: those are included."""
        return {}
