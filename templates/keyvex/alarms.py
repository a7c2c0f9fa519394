"""The alarms. docs/systems/keyvex.md says what to do about each."""

from __future__ import annotations

from dataclasses import replace

from pkgops.kit.alarms import Alarm
from pkgops.kit.metrics import Metric
from pkgops.kit.naming import camel_case
from pkgops.scope import Scope
from templates.keyvex.functions import FUNCTIONS
from templates.keyvex.metrics import HOUR, Metrics

# By the key of the queue's outputs: its documented short name, messages that may wait, and seconds they may.
QUEUES = {"AiProcessing": ("ai-processing", 100, 900), "Analytics": ("analytics", 50, 300), "Email": ("email", 25, 300)}
WAITING, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"


def alarm_rows(scope: Scope, metrics: Metrics) -> list[Alarm]:
    """All alarms; none tells of recovery."""
    rows = [*_of_table(metrics), *_of_functions(metrics), *_of_queues(metrics), *_of_apis(metrics)]
    rows += _of_ai(scope, metrics)
    if scope.settings.has_redis:
        rows += _of_redis(metrics)
    return [replace(row, ok=False) for row in rows]


def _of_table(metrics: Metrics) -> list[Alarm]:
    reads, writes = (
        metrics.throttled("GetItem", "Query", "Scan"),
        metrics.throttled("PutItem", "UpdateItem", "DeleteItem"),
    )
    return [_alarm("dynamo-read-throttle", reads, 0), _alarm("dynamo-write-throttle", writes, 0)]


def _of_functions(metrics: Metrics) -> list[Alarm]:
    """More than five errors, twice; on average more than 80 % of the timeout (in milliseconds), three times."""
    found = []
    for name, row in FUNCTIONS.items():
        short = f"lambda-{camel_case(name)}"
        found.append(_alarm(f"{short}-errors", metrics.function(name, "Errors"), 5, 2))
        duration = metrics.function(name, "Duration", "Average")
        found.append(_alarm(f"{short}-duration", duration, row.timeout * 800, 3))
    return found


def _of_queues(metrics: Metrics) -> list[Alarm]:
    found = []
    for key, (short, messages, seconds) in QUEUES.items():
        found += [
            _alarm(f"sqs-{short}-dlq-messages", metrics.queue(f"{key}DlqName", WAITING), 0),
            _alarm(f"sqs-{short}-backlog", metrics.queue(f"{key}QueueName", WAITING), messages, 2),
            _alarm(f"sqs-{short}-age", metrics.queue(f"{key}QueueName", AGE), seconds, 2),
        ]
    return found


def _of_apis(metrics: Metrics) -> list[Alarm]:
    return [
        _alarm("api-gateway-errors", metrics.rest("4XXError"), 10, 2),
        # WebSocket APIs have no metric 4XXError.
        _alarm("websocket-errors", metrics.socket("ClientError"), 5, 2),
    ]


def _of_ai(scope: Scope, metrics: Metrics) -> list[Alarm]:
    dollars = 100 if scope.stage.production else 10
    return [
        _alarm("ai-cost", metrics.ai("TotalCost", "Sum", HOUR), dollars),
        _alarm("ai-latency", metrics.ai("AverageLatency", "Average"), 5000, 3),
    ]


def _of_redis(metrics: Metrics) -> list[Alarm]:
    return [
        _alarm("redis-cpu", metrics.cache("EngineCPUUtilization"), 80, 3),
        _alarm("redis-memory", metrics.cache("DatabaseMemoryUsagePercentage"), 80, 3),
    ]


def _alarm(name: str, metric: Metric | tuple[Metric, ...], threshold: int, periods: int = 1) -> Alarm:
    return Alarm(f"keyvex-{name}-{{environment}}", metric, f"> {threshold}", periods)
