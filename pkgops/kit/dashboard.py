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
    """One graph with a line for each metric, and optional labels; ``from_zero`` starts its axis at zero."""

    title: str
    metrics: Sequence[Metric]
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
            "metrics": [_line(graph, index) for index in range(len(graph.metrics))],
            **axis,
        },
    }


def _line(graph: Graph, index: int) -> list[Any]:
    metric = graph.metrics[index]
    options: dict[str, Any] = {"stat": metric.stat, "period": metric.period}
    if graph.labels:
        options["label"] = graph.labels[index]
    names = [text for key, value in metric.dimensions.items() for text in (key, placeholder(value))]
    return [metric.namespace, metric.name, *names, options]
