"""CloudWatch alarms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from troposphere import cloudwatch

from pkgops.kit.metrics import Metric
from pkgops.kit.naming import logical_id
from pkgops.scope import Scope

_OPERATORS = {
    ">=": "GreaterThanOrEqualToThreshold",
    ">": "GreaterThanThreshold",
    "<": "LessThanThreshold",
    "<=": "LessThanOrEqualToThreshold",
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """One row: ``Alarm("shop-dlq-messages", waiting(dlq), ">= 1")``.

    Several metrics are added up. ``condition`` must hold for ``periods`` periods in a row; missing data counts as
    good unless ``missing`` says otherwise; with ``ok`` the topic is notified of recovery, too.
    """

    name: str
    metric: Metric | Sequence[Metric]
    condition: str
    periods: int = 1
    description: str = ""
    ok: bool = True
    missing: str = "notBreaching"


def alarms(scope: Scope, topic_arn: Any, rows: Iterable[Alarm]) -> None:
    """Adds the alarms; each notifies the topic."""
    for row in rows:
        scope.add(_alarm(scope, topic_arn, row))


def _alarm(scope: Scope, topic_arn: Any, row: Alarm) -> Any:
    operator, threshold = row.condition.split(" ")
    extra: dict[str, Any] = {"OKActions": [topic_arn]} if row.ok else {}
    if row.description:
        extra["AlarmDescription"] = row.description
    return cloudwatch.Alarm(
        logical_id(scope, row.name, "Alarm"),
        AlarmName=scope.named(row.name),
        ComparisonOperator=_OPERATORS[operator],
        Threshold=float(threshold),
        EvaluationPeriods=row.periods,
        TreatMissingData=row.missing,
        AlarmActions=[topic_arn],
        **_metrics(row),
        **extra,
    )


def _metrics(row: Alarm) -> dict[str, Any]:
    if isinstance(row.metric, Metric):
        return _single_metric(row.metric)
    queries = [_query(f"m{index}", metric) for index, metric in enumerate(row.metric)]
    # A metric without calls has no data points; without FILL the whole sum would have none.
    total = "+".join(f"FILL(m{index},0)" for index in range(len(queries)))
    queries.append(cloudwatch.MetricDataQuery(Id="total", Expression=total, Label="Total", ReturnData=True))
    return {"Metrics": queries}


def _single_metric(metric: Metric) -> dict[str, Any]:
    statistic = "ExtendedStatistic" if metric.stat.startswith("p") else "Statistic"
    found: dict[str, Any] = {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Period": metric.period,
        statistic: metric.stat,
    }
    if metric.dimensions:
        found["Dimensions"] = _dimensions(metric)
    return found


def _query(query_id: str, metric: Metric) -> Any:
    return cloudwatch.MetricDataQuery(
        Id=query_id,
        MetricStat=cloudwatch.MetricStat(
            Metric=cloudwatch.Metric(
                Namespace=metric.namespace, MetricName=metric.name, Dimensions=_dimensions(metric)
            ),
            Period=metric.period,
            Stat=metric.stat,
        ),
        ReturnData=False,
    )


def _dimensions(metric: Metric) -> list[Any]:
    return [cloudwatch.MetricDimension(Name=key, Value=value) for key, value in metric.dimensions.items()]
