"""CloudWatch's metrics in memory."""

from __future__ import annotations

from collections.abc import Sequence

from pkgops.ports.metrics import SUM, MetricQuery


class FakeMetrics:
    """`pkgops.ports.metrics.Metrics`: ``values`` are the measured values by metric and the value of its first
    dimension, whenever they were measured."""

    def __init__(self, values: dict[tuple[str, str], list[float]] | None = None) -> None:
        self.values = values or {}
        self.asked: list[tuple[MetricQuery, int]] = []

    def totals(self, queries: Sequence[MetricQuery], days: int) -> list[float | None]:
        self.asked += [(query, days) for query in queries]
        return [self._total(query) for query in queries]

    def _total(self, query: MetricQuery) -> float | None:
        found = self.values.get((query.name, query.dimensions[0][1]))
        if not found:
            return None
        return sum(found) if query.statistic == SUM else sum(found) / len(found)
