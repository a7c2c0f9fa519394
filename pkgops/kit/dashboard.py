"""CloudWatch dashboards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from troposphere import Sub, cloudwatch

from pkgops.kit.metrics import Metric
from pkgops.kit.naming import logical_id, placeholder
from pkgops.scope import Scope

_COLUMNS = 24
_HEIGHT = 6


@dataclass(frozen=True, slots=True)
class Graph:
    """One graph with a line for each metric, those in a tuple added up to one line, and optional labels;
    ``from_zero`` starts its axis at zero."""

    title: str
    metrics: Sequence[Metric | tuple[Metric, ...]]
    labels: Sequence[str] = ()
    from_zero: bool = False


def dashboard(scope: Scope, name: str, rows: Sequence[Sequence[Graph]]) -> None:
    """Adds a dashboard; the graphs in a row share its width."""
    widgets = [
        _widget(graph, column * _COLUMNS // len(row), line * _HEIGHT, _COLUMNS // len(row))
        for line, row in enumerate(rows)
        for column, graph in enumerate(row)
    ]
    body = json.dumps({"widgets": widgets}, separators=(",", ":"))
    made = logical_id(scope, name, "Dashboard")
    scope.add(cloudwatch.Dashboard(made, DashboardName=scope.named(name), DashboardBody=Sub(body)))


def _widget(graph: Graph, x: int, y: int, width: int) -> dict[str, Any]:
    axis = {"yAxis": {"left": {"min": 0}}} if graph.from_zero else {}
    return {
        "type": "metric",
        "x": x,
        "y": y,
        "width": width,
        "height": _HEIGHT,
        "properties": {
            "title": graph.title,
            "region": "${AWS::Region}",
            "view": "timeSeries",
            "metrics": [row for index in range(len(graph.metrics)) for row in _lines(graph, index)],
            **axis,
        },
    }


def _lines(graph: Graph, index: int) -> list[list[Any]]:
    """The rows of a line: one, or for a sum those of its metrics, which are not drawn, and the expression."""
    given = graph.metrics[index]
    label = {"label": graph.labels[index]} if graph.labels else {}
    if isinstance(given, Metric):
        return [_row(given, label)]
    names = [f"m{index}x{part}" for part in range(len(given))]
    parts = [_row(metric, {"id": name, "visible": False}) for metric, name in zip(given, names, strict=True)]
    # A metric without calls has no data points; without FILL the whole sum would have none.
    total = "+".join(f"FILL({name},0)" for name in names)
    return [*parts, [{"expression": total, "id": f"e{index}", **label}]]


def _row(metric: Metric, options: dict[str, Any]) -> list[Any]:
    names = [text for key, value in metric.dimensions.items() for text in (key, placeholder(value))]
    return [metric.namespace, metric.name, *names, {"stat": metric.stat, "period": metric.period, **options}]
