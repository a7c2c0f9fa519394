"""Metrics in CloudWatch, written into the log in the embedded metric format: no call, and no permission."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.metrics import EphemeralMetrics


def emit(namespace: str, values: Mapping[str, tuple[str, float]]) -> None:
    """Writes one line with metrics without dimensions, as alarms expect them: units and values by name."""
    metrics = EphemeralMetrics(namespace=namespace)
    for name, (unit, value) in values.items():
        metrics.add_metric(name=name, unit=unit, value=value)
    metrics.flush_metrics()
