"""The metrics of Keyvex, by reference to what the other stacks have made."""

from __future__ import annotations

from dataclasses import replace

from pkgops.kit.metrics import Metric, function_metric, http_api_metric, redis_metric, table_metric, throttled_requests
from pkgops.kit.naming import pascal_case
from pkgops.scope import Scope
from templates.keyvex.api import REST_API
from templates.keyvex.naming import REDIS

AI_NAMESPACE = "Keyvex/AI"  # the processor's own metrics, without dimensions
HOUR = 3600


class Metrics:
    """The metrics of one template."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._table = scope.use("database.DynamoDbTableName")

    def ai(self, name: str, stat: str, period: int = 300) -> Metric:
        """What the AI processor measures: ``TotalCost`` in USD, ``AverageLatency`` in ms."""
        return Metric(AI_NAMESPACE, name, {}, stat, period)

    def function(self, row: str, name: str, stat: str = "Sum") -> Metric:
        """A metric of a function, by the file's name."""
        return function_metric(self._scope.use(f"compute.{pascal_case(row)}FunctionName"), name, stat)

    def table(self, name: str) -> Metric:
        """A metric of the table."""
        return table_metric(self._table, name)

    def throttled(self, *operations: str) -> tuple[Metric, ...]:
        """The table's throttled requests, to be added up."""
        return throttled_requests(self._table, operations)

    def queue(self, output: str, name: str) -> Metric:
        """A metric of a queue, by the output that has its name: ``EmailDlqName``."""
        return Metric("AWS/SQS", name, {"QueueName": self._scope.use(f"database.{output}")}, "Maximum")

    def rest(self, name: str) -> Metric:
        """A metric of the REST API, which CloudWatch knows by its name."""
        return Metric("AWS/ApiGateway", name, {"ApiName": self._scope.named(REST_API)})

    def socket(self, name: str) -> Metric:
        """A metric of the WebSocket API."""
        return replace(http_api_metric(self._scope.use("api.WebSocketApiId"), name), stat="Sum")

    def cache(self, name: str) -> Metric:
        """A metric of the first Redis node."""
        return redis_metric(f"{self._scope.named(REDIS)}-001", name)
