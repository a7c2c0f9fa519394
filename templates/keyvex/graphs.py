"""The dashboard: two graphs a row, in the documented order."""

from __future__ import annotations

from pkgops.kit.dashboard import Graph
from pkgops.kit.naming import camel_case
from pkgops.scope import Scope
from templates.keyvex.alarms import AGE, QUEUES, WAITING
from templates.keyvex.functions import FUNCTIONS
from templates.keyvex.metrics import HOUR, Metrics


def graphs(scope: Scope, metrics: Metrics) -> list[list[Graph]]:
    """From the providers to the connections, and Redis where there is one."""
    rows = [
        [
            Graph("AI Operations - Cost", [metrics.ai("TotalCost", "Sum", HOUR)]),
            Graph("AI Operations - Latency", [metrics.ai("AverageLatency", "Average")]),
        ],
        [_functions(metrics, "Invocations"), _functions(metrics, "Errors")],
        [
            Graph(
                "DynamoDB - Read/Write Capacity",
                [metrics.table("ConsumedReadCapacityUnits"), metrics.table("ConsumedWriteCapacityUnits")],
                ("read", "write"),
            ),
            Graph(
                "DynamoDB - Throttles",
                [metrics.throttled("GetItem", "Query"), metrics.throttled("PutItem", "UpdateItem")],
                ("read", "write"),
            ),
        ],
        [_waiting(metrics), _ages(metrics)],
        [
            Graph("API Gateway - Requests", [metrics.rest("Count")]),
            Graph("WebSocket API - Connections", [metrics.socket("ConnectCount")]),
        ],
    ]
    if scope.settings.has_redis:
        load = [metrics.cache("EngineCPUUtilization"), metrics.cache("DatabaseMemoryUsagePercentage")]
        rows.append(
            [
                Graph("Redis - CPU and Memory", load, ("CPU %", "memory %")),
                Graph("Redis - Connections", [metrics.cache("CurrConnections")]),
            ]
        )
    return [*rows, [_functions(metrics, "Duration", "Average")]]


def _functions(metrics: Metrics, name: str, stat: str = "Sum") -> Graph:
    lines = [metrics.function(row, name, stat) for row in FUNCTIONS]
    return Graph(f"Lambda Functions - {name}", lines, tuple(map(camel_case, FUNCTIONS)))


def _waiting(metrics: Metrics) -> Graph:
    lines = [metrics.queue(f"{key}{kind}Name", WAITING) for kind in ("Queue", "Dlq") for key in QUEUES]
    labels = [f"{short}{dead}" for dead in ("", " dead letters") for short, _, _ in QUEUES.values()]
    return Graph("SQS Queues - Message Count", lines, labels)


def _ages(metrics: Metrics) -> Graph:
    lines = [metrics.queue(f"{key}QueueName", AGE) for key in QUEUES]
    return Graph("SQS Queues - Message Age", lines, [short for short, _, _ in QUEUES.values()])
