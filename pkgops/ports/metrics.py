"""The port to CloudWatch's metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

SUM, AVERAGE, MAXIMUM, MEDIAN, P99 = "Sum", "Average", "Maximum", "p50", "p99"

Series = tuple[tuple[int, float], ...]
"""Values by the epoch seconds at which their period begins, the oldest first; a period without values is left out."""


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One metric: ``dimensions`` are (name, value) pairs, ``statistic`` is `SUM`, `AVERAGE`,
    `MAXIMUM`, `MEDIAN`, `P99` or another one that CloudWatch knows."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str = SUM


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm. ``state`` is OK, ALARM or INSUFFICIENT_DATA, since ``since`` (ISO 8601); ``reason`` is CloudWatch's own
    sentence. ``query`` is None for one on a computation, or on other alarms."""

    name: str
    state: str
    since: str = ""
    reason: str = ""
    threshold: float | None = None
    query: MetricQuery | None = None


class Metrics(Protocol):
    """CloudWatch's metrics."""

    def totals(self, queries: Sequence[MetricQuery], days: int) -> list[float | None]:
        """Each metric over the last days: the sum, or the mean of the days' averages; None where nothing was
        measured."""

    def series(self, queries: Sequence[MetricQuery], start: int, end: int, period: int) -> list[Series]:
        """Each metric between two moments (epoch seconds), by periods of seconds: a multiple of 60."""

    def alarms(self, names: Sequence[str]) -> list[Alarm]:
        """The alarms of those names that there are, in the names' order."""
