"""How often has a function started cold lately, and how long did that take? From the reports in its log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from pkgops.logs.query import parse_query
from pkgops.logs.tail import tail_logs

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.model import Stage
    from pkgops.ports.logs import Logs

_MOST = 20_000  # lines that are read
_REPORTS = ("REPORT RequestId: ", "{")  # how Lambda's own line begins, in both formats
_COLD = re.compile(r", cold start ([\d.]+) ms(?:,|$)")


@dataclass(frozen=True, slots=True)
class ColdStarts:
    """Of ``invocations`` those that waited for a start, as (epoch seconds, milliseconds); ``cut`` if there were more
    lines than are read."""

    invocations: int
    starts: tuple[tuple[int, float], ...]
    cut: bool = False

    @property
    def median(self) -> float:
        """Milliseconds; 0 without cold starts."""
        return median(value for _, value in self.starts) if self.starts else 0.0

    @property
    def longest(self) -> float:
        """Milliseconds; 0 without cold starts."""
        return max((value for _, value in self.starts), default=0.0)


def cold_starts(function: Function, stage: Stage, logs: Logs, since: str) -> ColdStarts:
    """The cold starts since a time as in `pkgops.logs.time_range.parse_time`."""
    invocations, starts = 0, list[tuple[int, float]]()
    for number, line in enumerate(tail_logs([function], logs, parse_query(stage, since))):
        if number == _MOST:
            return ColdStarts(invocations, tuple(starts), cut=True)
        if line.level not in ("REPORT", "ERROR") or not line.raw.startswith(_REPORTS) or not line.request_id:
            continue
        found = _COLD.search(line.text)
        invocations += line.level == "REPORT" or found is not None
        if found:
            starts.append((line.time // 1000, float(found[1])))
    return ColdStarts(invocations, tuple(starts))
