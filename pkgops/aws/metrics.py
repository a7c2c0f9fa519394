"""CloudWatch's metrics: the `Metrics` port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import PkgopsError
from pkgops.ports.metrics import SUM, Alarm, MetricQuery, Series

_MOST = 500  # queries in a request
_ALARMS = 100  # in a request
_DAY = 86_400  # seconds


class CloudWatchMetrics:
    """`pkgops.ports.metrics.Metrics` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def totals(self, queries: Sequence[MetricQuery], days: int) -> list[float | None]:
        """PkgopsError if CloudWatch refuses the queries."""
        end = datetime.now(UTC)
        found = self._read(queries, end - timedelta(days=days), end, _DAY)
        return [_total([value for _, value in rows], query) for rows, query in zip(found, queries, strict=True)]

    def series(self, queries: Sequence[MetricQuery], start: int, end: int, period: int) -> list[Series]:
        """PkgopsError if CloudWatch refuses the queries."""
        return self._read(queries, datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC), period)

    def alarms(self, names: Sequence[str]) -> list[Alarm]:
        """AccessError without the permission for it."""
        found: dict[str, Alarm] = {}
        for start in range(0, len(names), _ALARMS):
            asked = list(names[start : start + _ALARMS])
            with translated("cloudwatch:DescribeAlarms"):
                answer = self._clients.get("cloudwatch").describe_alarms(AlarmNames=asked, MaxRecords=_ALARMS)
            for row in answer["MetricAlarms"]:
                found[row["AlarmName"]] = _alarm(row)
        return [found[name] for name in names if name in found]

    def _read(self, queries: Sequence[MetricQuery], start: datetime, end: datetime, period: int) -> list[Series]:
        from botocore.exceptions import ClientError

        found: list[Series] = []
        for first in range(0, len(queries), _MOST):
            asked = queries[first : first + _MOST]
            try:
                with translated("cloudwatch:GetMetricData"):
                    values = self._values([_row(f"q{at}", query, period) for at, query in enumerate(asked)], start, end)
            except ClientError as error:
                raise PkgopsError(f"CloudWatch refuses to read metrics: {error.response['Error']['Code']}") from error
            found += [tuple(sorted(values.get(f"q{at}", ()))) for at in range(len(asked))]
        return found

    def _values(self, rows: list[dict[str, Any]], start: datetime, end: datetime) -> dict[str, list[tuple[int, float]]]:
        found: dict[str, list[tuple[int, float]]] = {}
        more: dict[str, Any] = {}
        while True:
            answer = self._clients.get("cloudwatch").get_metric_data(
                MetricDataQueries=rows, StartTime=start, EndTime=end, **more
            )
            for result in answer["MetricDataResults"]:
                moments = [int(moment.timestamp()) for moment in result.get("Timestamps", [])]
                found.setdefault(result["Id"], []).extend(zip(moments, result["Values"], strict=True))
            if not answer.get("NextToken"):
                return found
            more = {"NextToken": answer["NextToken"]}


def _row(identifier: str, query: MetricQuery, period: int) -> dict[str, Any]:
    metric = {
        "Namespace": query.namespace,
        "MetricName": query.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in query.dimensions],
    }
    return {"Id": identifier, "MetricStat": {"Metric": metric, "Period": period, "Stat": query.statistic}}


def _alarm(row: Mapping[str, Any]) -> Alarm:
    query = None
    if name := row.get("MetricName"):
        dimensions = tuple((one["Name"], one["Value"]) for one in row.get("Dimensions", []))
        statistic = row.get("Statistic") or row.get("ExtendedStatistic") or SUM
        query = MetricQuery(row.get("Namespace", ""), name, dimensions, statistic)
    since = row.get("StateUpdatedTimestamp")
    return Alarm(
        row["AlarmName"],
        row.get("StateValue", ""),
        since.astimezone(UTC).isoformat(timespec="seconds") if since else "",
        row.get("StateReason", ""),
        row.get("Threshold"),
        query,
    )


def _total(values: list[float], query: MetricQuery) -> float | None:
    if not values:
        return None
    return sum(values) if query.statistic == SUM else sum(values) / len(values)
