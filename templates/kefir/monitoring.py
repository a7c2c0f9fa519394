"""The alarms and the dashboard of production."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import Ref, Sub

from pkgops.kit.alarms import Alarm, alarms
from pkgops.kit.dashboard import Graph, dashboard
from pkgops.kit.function import FunctionResource
from pkgops.kit.metrics import Metric, function_metric, http_api_metric, table_metric
from pkgops.kit.naming import camel_case
from pkgops.kit.topic import topic
from pkgops.scope import Scope
from templates.kefir.api import Served
from templates.kefir.data import Stored
from templates.kefir.naming import NAME, named

_CONSOLE = "https://console.aws.amazon.com/cloudwatch/home?region=${AWS::Region}#dashboards:name="


def add(scope: Scope, served: Served, processor: FunctionResource, stored: Stored) -> None:
    """Adds the topic, every alarm and the dashboard."""
    display = f"Kefir App {scope.stage.name} Alerts"
    alerts = topic(scope, named("alerts"), display, ("cloudwatch",), scope.settings.alert_email)
    watched = (*served.functions, processor)
    rows = [alarm for function in watched for alarm in _of_function(function)]
    alarms(scope, Ref(alerts), [*rows, *_of_api(served.api), *_of_table(stored.table.reference)])
    dashboard(scope, NAME, _graphs(served.api, watched, stored.table.reference))
    scope.output("AlertTopicArn", Ref(alerts))
    scope.output("DashboardUrl", Sub(_CONSOLE + scope.named(NAME)))


def _of_function(function: FunctionResource) -> list[Alarm]:
    name = named(camel_case(function.row.name))
    return [
        Alarm(f"{name}-errors", _minute(function_metric(function.name, "Errors")), "> 10", 2, ok=False),
        Alarm(f"{name}-throttles", _minute(function_metric(function.name, "Throttles")), "> 5", ok=False),
        # Milliseconds, of the 30000 a function may take.
        Alarm(f"{name}-duration", function_metric(function.name, "Duration", "Average"), "> 10000", 2, ok=False),
    ]


def _of_api(api: Any) -> list[Alarm]:
    return [
        Alarm(named("api-5xx-errors"), http_api_metric(api, "5xx", period=60), "> 10", 2, ok=False),
        Alarm(named("api-4xx-errors"), http_api_metric(api, "4xx"), "> 100", 2, ok=False),
    ]


def _of_table(table: Any) -> list[Alarm]:
    return [
        Alarm(
            named(f"dynamo-{kind}-throttles"),
            _minute(table_metric(table, f"{kind.capitalize()}ThrottleEvents")),
            "> 5",
            ok=False,
        )
        for kind in ("read", "write")
    ]


def _minute(metric: Metric) -> Metric:
    return Metric(metric.namespace, metric.name, metric.dimensions, metric.stat, 60)


def _graphs(api: Any, functions: Sequence[FunctionResource], table: Any) -> list[list[Graph]]:
    consumed = [table_metric(table, f"Consumed{kind}CapacityUnits") for kind in ("Read", "Write")]
    latency = [
        Metric("AWS/DynamoDB", "SuccessfulRequestLatency", {"TableName": table, "Operation": operation}, "Average")
        for operation in ("GetItem", "PutItem", "Query")
    ]
    return [
        [
            Graph(
                "API Gateway Requests", [http_api_metric(api, name) for name in ("Count", "4xx", "5xx")], from_zero=True
            )
        ],
        [
            Graph(f"Lambda {metric}", [function_metric(function.name, metric) for function in functions])
            for metric in ("Invocations", "Errors")
        ],
        [Graph("DynamoDB Operations", consumed), Graph("DynamoDB Latency", latency)],
    ]
