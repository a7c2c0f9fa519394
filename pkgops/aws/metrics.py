"""CloudWatch's metrics: the `Metrics` port."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import PkgopsError
from pkgops.ports.metrics import SUM, MetricQuery

_MOST = 500  # queries in a request
_DAY = 86_400  # seconds


class CloudWatchMetrics:
    """`pkgops.ports.metrics.Metrics` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def totals(self, queries: Sequence[MetricQuery], days: int) -> list[float | None]:
        """PkgopsError if CloudWatch refuses the queries."""
        from botocore.exceptions import ClientError

        found: list[float | None] = []
        end = datetime.now(UTC)
        for start in range(0, len(queries), _MOST):
            asked = queries[start : start + _MOST]
            try:
                with translated("cloudwatch:GetMetricData"):
                    values = self._values(asked, end - timedelta(days=days), end)
            except ClientError as error:
                raise PkgopsError(f"CloudWatch refuses to read metrics: {error.response['Error']['Code']}") from error
            found += [_total(values.get(f"q{number}", []), query) for number, query in enumerate(asked)]
        return found

    def _values(self, asked: Sequence[MetricQuery], start: datetime, end: datetime) -> dict[str, list[float]]:
        rows = [_row(f"q{number}", query) for number, query in enumerate(asked)]
        found: dict[str, list[float]] = {}
        more: dict[str, Any] = {}
        while True:
            answer = self._clients.get("cloudwatch").get_metric_data(
                MetricDataQueries=rows, StartTime=start, EndTime=end, **more
            )
            for result in answer["MetricDataResults"]:
                found.setdefault(result["Id"], []).extend(result["Values"])
            if not answer.get("NextToken"):
                return found
            more = {"NextToken": answer["NextToken"]}


def _row(identifier: str, query: MetricQuery) -> dict[str, Any]:
    metric = {
        "Namespace": query.namespace,
        "MetricName": query.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in query.dimensions],
    }
    return {"Id": identifier, "MetricStat": {"Metric": metric, "Period": _DAY, "Stat": query.statistic}}


def _total(values: list[float], query: MetricQuery) -> float | None:
    if not values:
        return None
    return sum(values) if query.statistic == SUM else sum(values) / len(values)
