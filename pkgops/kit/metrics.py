"""CloudWatch metrics, for alarms and dashboards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt


@dataclass(frozen=True, slots=True)
class Metric:
    """A CloudWatch metric; ``stat`` is Sum, Maximum, Average or p95, ``period`` seconds. Dimension values are
    strings or references."""

    namespace: str
    name: str
    dimensions: Mapping[str, Any]
    stat: str = "Sum"
    period: int = 300


def queue_metric(queue: Any, name: str, stat: str = "Maximum") -> Metric:
    """A metric of a queue of this stack."""
    return Metric("AWS/SQS", name, {"QueueName": GetAtt(queue, "QueueName")}, stat)


def queue_depth(queue: Any) -> Metric:
    """The number of messages waiting in a queue."""
    return queue_metric(queue, "ApproximateNumberOfMessagesVisible")


def function_metric(name: Any, metric: str, stat: str = "Sum") -> Metric:
    """A metric of a function, by reference to its name."""
    return Metric("AWS/Lambda", metric, {"FunctionName": name}, stat)


def http_api_metric(api_id: Any, name: str, stat: str = "Sum", period: int = 300) -> Metric:
    """A metric of an HTTP API: ``Count``, ``4xx``, ``5xx``, ``Latency`` (a REST API's have other names)."""
    return Metric("AWS/ApiGateway", name, {"ApiId": api_id}, stat, period)


def cluster_metric(cluster: Any, name: str, stat: str = "Average") -> Metric:
    """A metric of all instances of a database cluster, by reference to its id: ``CPUUtilization``,
    ``DatabaseConnections``, ``ServerlessDatabaseCapacity``."""
    return Metric("AWS/RDS", name, {"DBClusterIdentifier": cluster}, stat)


def redis_metric(group: Any, name: str, stat: str = "Average") -> Metric:
    """A metric of the first node of a replication group, by reference to its id: ``EngineCPUUtilization``,
    ``CurrConnections``."""
    return Metric("AWS/ElastiCache", name, {"CacheClusterId": group}, stat)


def table_metric(name: Any, metric: str, **dimensions: str) -> Metric:
    """A metric of a table, by reference to its name."""
    return Metric("AWS/DynamoDB", metric, {"TableName": name, **dimensions})


def throttled_requests(name: Any, operations: Sequence[str]) -> tuple[Metric, ...]:
    """Throttled requests of a table, one metric an operation: DynamoDB publishes no total."""
    return tuple(table_metric(name, "ThrottledRequests", Operation=operation) for operation in operations)
