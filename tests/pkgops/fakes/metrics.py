"""CloudWatch's metrics in memory."""

from __future__ import annotations

from collections.abc import Sequence

from pkgops.ports.metrics import SUM, Alarm, MetricQuery, Series


class FakeMetrics:
    """`pkgops.ports.metrics.Metrics`: ``values`` are the measured values by metric and the value of its first
    dimension, whenever they were measured; ``points`` the same by moments, and ``known`` the alarms."""

    def __init__(self, values: dict[tuple[str, str], list[float]] | None = None) -> None:
        self.values = values or {}
        self.points: dict[tuple[str, str, str], Series] = {}
        self.known: list[Alarm] = []
        self.asked: list[tuple[MetricQuery, int]] = []

    def totals(self, queries: Sequence[MetricQuery], days: int) -> list[float | None]:
        self.asked += [(query, days) for query in queries]
        return [self._total(query) for query in queries]

    def series(self, queries: Sequence[MetricQuery], start: int, end: int, period: int) -> list[Series]:
        found = [self.points.get((q.name, q.dimensions[0][1], q.statistic), ()) for q in queries]
        return [tuple(point for point in rows if start <= point[0] <= end) for rows in found]

    def alarms(self, names: Sequence[str]) -> list[Alarm]:
        by_name = {alarm.name: alarm for alarm in self.known}
        return [by_name[name] for name in names if name in by_name]

    def _total(self, query: MetricQuery) -> float | None:
        found = self.values.get((query.name, query.dimensions[0][1]))
        if not found:
            return None
        return sum(found) if query.statistic == SUM else sum(found) / len(found)
