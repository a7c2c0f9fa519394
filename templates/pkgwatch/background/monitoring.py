"""The alarms of the pipeline and its dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pkgops.kit.alarms import Alarm
from pkgops.kit.dashboard import Graph
from pkgops.kit.function import FunctionResource
from pkgops.kit.metrics import Metric, function_metric, queue_depth, queue_metric, table_metric, throttled_requests
from pkgops.kit.queue import DAY
from pkgops.scope import Scope
from templates.pkgwatch.background.access import NAMESPACE, Queues
from templates.pkgwatch.background.queues import DISCOVERY_DLQ, PACKAGE_DLQ, PACKAGE_QUEUE, STREAMS_DLQ

OPERATIONS = ("PutItem", "GetItem", "Query")
# What the dashboard follows, and what it calls them.
SHOWN = {"package_collector": "collector", "score_calculator": "score calculator", "refresh_dispatcher": "dispatcher"}
Functions = Mapping[str, FunctionResource]


def alarm_rows(scope: Scope, made: Queues, built: Functions) -> list[Alarm]:
    """All alarms of the stack, which is where the metrics of the namespace are made too."""
    packages, keys = scope.use("storage.PackagesTableName"), scope.use("storage.ApiKeysTableName")
    return [
        *_of_queues(made),
        *_of_functions(built),
        Alarm("pkgwatch-dynamo-throttling", throttled_requests(packages, OPERATIONS), ">= 10", 2),
        Alarm("pkgwatch-apikeys-throttling", throttled_requests(keys, (*OPERATIONS, "UpdateItem")), ">= 5"),
        Alarm("pkgwatch-minimal-packages-high", _daily(scope, "MinimalPackages"), "> 500"),
        Alarm("pkgwatch-pypi-download-coverage-low", _daily(scope, "PypiDownloadCoverage"), "< 30"),
    ]


def graphs(scope: Scope, made: Queues, built: Functions) -> list[list[Graph]]:
    """From the queue to the table, and how complete the data is."""
    packages = scope.use("storage.PackagesTableName")
    consumed = [table_metric(packages, f"Consumed{kind}CapacityUnits") for kind in ("Read", "Write")]
    names, labels = [built[name].name for name in SHOWN], tuple(SHOWN.values())

    def lines(metric: str, stat: str = "Sum") -> list[Metric]:
        return [function_metric(name, metric, stat) for name in names]

    coverage = [_daily(scope, f"{kind}DownloadCoverage") for kind in ("Pypi", "Npm")]
    return [
        [
            Graph(
                "Queue depth",
                [queue_depth(made[PACKAGE_QUEUE]), queue_depth(made[PACKAGE_DLQ])],
                ("packages", "dead letters"),
            ),
            Graph("Messages received", [queue_metric(made[PACKAGE_QUEUE], "NumberOfMessagesReceived", "Sum")]),
        ],
        [
            Graph("Invocations", lines("Invocations"), labels),
            Graph("Errors", lines("Errors"), labels),
            Graph("Duration p99", lines("Duration", "p99"), labels),
        ],
        [
            Graph("Packages: consumed capacity", consumed, ("read", "write")),
            Graph("Packages: throttled requests", throttled_requests(packages, OPERATIONS), OPERATIONS),
        ],
        [
            Graph("Download coverage in percent", coverage, ("PyPI", "npm")),
            Graph("PyPI downloads never fetched", [_daily(scope, "PypiDownloadsNeverFetched")]),
        ],
    ]


def _of_queues(made: Queues) -> list[Alarm]:
    age = queue_metric(made[PACKAGE_QUEUE], "ApproximateAgeOfOldestMessage")
    return [
        Alarm("pkgwatch-dlq-messages", queue_depth(made[PACKAGE_DLQ]), ">= 1"),
        Alarm("pkgwatch-streams-dlq-messages", queue_depth(made[STREAMS_DLQ]), ">= 10"),
        Alarm("pkgwatch-discovery-dlq-messages", queue_depth(made[DISCOVERY_DLQ]), ">= 5"),
        Alarm("pkgwatch-package-queue-backlog", queue_depth(made[PACKAGE_QUEUE]), ">= 2000", 2),
        Alarm("pkgwatch-package-queue-message-age", age, ">= 1800", 2),
    ]


def _of_functions(built: Functions) -> list[Alarm]:
    def errors(row: str) -> Metric:
        return function_metric(built[row].name, "Errors")

    def duration(row: str) -> Metric:
        return replace(function_metric(built[row].name, "Duration", "p95"), period=6 * 3600)

    runs = replace(function_metric(built["refresh_dispatcher"].name, "Invocations"), period=DAY)
    hourly = ("pypi_downloads_collector", "npm_downloads_collector")
    return [
        Alarm("pkgwatch-dispatcher-errors", errors("refresh_dispatcher"), ">= 1"),
        Alarm("pkgwatch-dispatcher-not-running", runs, "< 1", missing="breaching"),
        Alarm("pkgwatch-collector-errors", errors("package_collector"), ">= 5", 2),
        Alarm("pkgwatch-score-calculator-errors", errors("score_calculator"), ">= 5", 2),
        Alarm("pkgwatch-retry-dispatcher-errors", errors("retry_dispatcher"), ">= 1", 2),
        *(Alarm(f"{_short(row)}-errors", errors(row), ">= 1", 2, ok=False) for row in hourly),
        Alarm("pkgwatch-openssf-collector-errors", errors("openssf_collector"), ">= 1", 2, ok=False),
        # The function ends after ten minutes, finished or not.
        *(Alarm(f"{_short(row)}-duration", duration(row), "> 540000", ok=False) for row in hourly),
    ]


def _short(row: str) -> str:
    """``pkgwatch-npm-downloads`` of ``npm_downloads_collector``."""
    return "pkgwatch-" + row.removesuffix("_collector").replace("_", "-")


def _daily(scope: Scope, name: str) -> Metric:
    return Metric(scope.named(NAMESPACE), name, {}, "Maximum", DAY)
