"""The port to CloudWatch's metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

SUM, AVERAGE = "Sum", "Average"


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One metric: ``dimensions`` are (name, value) pairs, ``statistic`` is `SUM` or `AVERAGE`."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str = SUM


class Metrics(Protocol):
    """CloudWatch's metrics."""

    def totals(self, queries: Sequence[MetricQuery], days: int) -> list[float | None]:
        """Each metric over the last days: the sum, or the mean of the days' averages; None where nothing was
        measured."""
