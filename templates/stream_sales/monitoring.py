"""The alarms, which are there if somebody is to be told, and the dashboard."""

from __future__ import annotations

from typing import Any

from troposphere import Ref

from pkgops.kit.alarms import Alarm, alarms
from pkgops.kit.dashboard import Graph, dashboard
from pkgops.kit.database.aurora import AuroraResources
from pkgops.kit.metrics import Metric, cluster_metric, function_metric
from pkgops.kit.topic import topic
from pkgops.scope import Scope
from templates.stream_sales.naming import DASHBOARD, TOPIC


def add(scope: Scope, cluster: AuroraResources, server: Any) -> None:
    """``server`` is a reference to the name of the function that answers for the application."""
    metrics = _Metrics(cluster, server)
    email = scope.settings.alarm_email.strip()
    if email:
        alerts = topic(scope, TOPIC, f"Stream Sales {scope.environment} Database Alarms", ("cloudwatch",), email)
        alarms(scope, Ref(alerts), _alarms(metrics))
    if scope.settings.dashboard:
        dashboard(scope, DASHBOARD, _graphs(metrics))


class _Metrics:
    """The metrics, of the database and of the server function."""

    def __init__(self, cluster: AuroraResources, server: Any) -> None:
        self._cluster, self._server = cluster.id, server

    def database(self, name: str) -> Metric:
        return cluster_metric(self._cluster, name)

    def server(self, name: str, stat: str = "Sum") -> Metric:
        return function_metric(self._server, name, stat)


def _alarms(metrics: _Metrics) -> list[Alarm]:
    """docs/systems/stream_sales.md says what to do about each."""
    return [
        _alarm("database-cpu", metrics.database("CPUUtilization"), 80, "The database's CPU is above 80 %"),
        _alarm("database-connections", metrics.database("DatabaseConnections"), 90, "More than 90 connections"),
        _alarm(
            "lambda-errors", metrics.server("Errors"), 10, "More than ten errors of the application in five minutes"
        ),
    ]


def _alarm(name: str, metric: Metric, threshold: int, description: str) -> Alarm:
    named = f"stream-sales-{{environment}}-{name}"
    return Alarm(named, metric, f"> {threshold}", periods=2, description=description, ok=False)


def _graphs(metrics: _Metrics) -> list[list[Graph]]:
    return [
        [
            Graph("Application - Requests", [metrics.server("Invocations")]),
            Graph(
                "Application - Errors", [metrics.server("Errors"), metrics.server("Throttles")], ("errors", "throttled")
            ),
            Graph("Application - Duration", [metrics.server("Duration", "Average"), metrics.server("Duration", "p95")]),
        ],
        [
            Graph("Database - CPU", [metrics.database("CPUUtilization")]),
            Graph("Database - Connections", [metrics.database("DatabaseConnections")], from_zero=True),
            Graph("Database - Capacity", [metrics.database("ServerlessDatabaseCapacity")], from_zero=True),
        ],
    ]
