"""Alarms and dashboard of PkgWatch's pipeline are as documented; the tables here are those of the documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Find = Callable[..., dict[str, Any]]

MINUTES, HOUR, DAY = 300, 3600, 86_400
WAITING = "ApproximateNumberOfMessagesVisible"
# (metric, whose, statistic, period, condition, periods); None where several operations are added up
ALARMS = {
    "pkgwatch-dlq-messages": (WAITING, "PackageDlqQueue", "Maximum", MINUTES, ">= 1", 1),
    "pkgwatch-streams-dlq-messages": (WAITING, "StreamsDlqQueue", "Maximum", MINUTES, ">= 10", 1),
    "pkgwatch-discovery-dlq-messages": (WAITING, "DiscoveryDlqQueue", "Maximum", MINUTES, ">= 5", 1),
    "pkgwatch-package-queue-backlog": (WAITING, "PackageQueue", "Maximum", MINUTES, ">= 2000", 2),
    "pkgwatch-package-queue-message-age": (
        "ApproximateAgeOfOldestMessage",
        "PackageQueue",
        "Maximum",
        MINUTES,
        ">= 1800",
        2,
    ),
    "pkgwatch-dispatcher-errors": ("Errors", "RefreshDispatcherFunction", "Sum", MINUTES, ">= 1", 1),
    "pkgwatch-dispatcher-not-running": ("Invocations", "RefreshDispatcherFunction", "Sum", DAY, "< 1", 1),
    "pkgwatch-collector-errors": ("Errors", "PackageCollectorFunction", "Sum", MINUTES, ">= 5", 2),
    "pkgwatch-score-calculator-errors": ("Errors", "ScoreCalculatorFunction", "Sum", MINUTES, ">= 5", 2),
    "pkgwatch-retry-dispatcher-errors": ("Errors", "RetryDispatcherFunction", "Sum", MINUTES, ">= 1", 2),
    "pkgwatch-pypi-downloads-errors": ("Errors", "PypiDownloadsCollectorFunction", "Sum", MINUTES, ">= 1", 2),
    "pkgwatch-npm-downloads-errors": ("Errors", "NpmDownloadsCollectorFunction", "Sum", MINUTES, ">= 1", 2),
    "pkgwatch-openssf-collector-errors": ("Errors", "OpenssfCollectorFunction", "Sum", MINUTES, ">= 1", 2),
    "pkgwatch-pypi-downloads-duration": (
        "Duration",
        "PypiDownloadsCollectorFunction",
        "p95",
        6 * HOUR,
        "> 540000",
        1,
    ),
    "pkgwatch-npm-downloads-duration": ("Duration", "NpmDownloadsCollectorFunction", "p95", 6 * HOUR, "> 540000", 1),
    "pkgwatch-dynamo-throttling": (("PutItem", "GetItem", "Query"), None, "Sum", MINUTES, ">= 10", 2),
    "pkgwatch-apikeys-throttling": (("PutItem", "GetItem", "Query", "UpdateItem"), None, "Sum", MINUTES, ">= 5", 1),
    "pkgwatch-minimal-packages-high": ("MinimalPackages", "PkgWatch", "Maximum", DAY, "> 500", 1),
    "pkgwatch-pypi-download-coverage-low": ("PypiDownloadCoverage", "PkgWatch", "Maximum", DAY, "< 30", 1),
}
# They come back every hour or two: that it is over is no news.
ALARM_ONLY = {name for name in ALARMS if name.startswith(("pkgwatch-pypi-downloads", "pkgwatch-npm-downloads"))} | {
    "pkgwatch-openssf-collector-errors"
}
OPERATORS = {"GreaterThanOrEqualToThreshold": ">=", "GreaterThanThreshold": ">", "LessThanThreshold": "<"}


@pytest.fixture
def pipeline(template: Find) -> dict[str, Any]:
    return template("pkgwatch", "prod", "pipeline")


def found(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The alarms by name."""
    properties = [r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::CloudWatch::Alarm"]
    return {one["AlarmName"]: one for one in properties}


def whose(alarm: dict[str, Any]) -> str:
    """The queue or function an alarm watches, or the namespace where there is neither."""
    if "Dimensions" not in alarm:
        return str(alarm["Namespace"])
    (dimension,) = alarm["Dimensions"]
    value = dimension["Value"]
    return str(value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0])


def described(alarm: dict[str, Any]) -> tuple[Any, ...]:
    condition = f"{OPERATORS[alarm['ComparisonOperator']]} {alarm['Threshold']:g}"
    if "Metrics" in alarm:
        stats = [query["MetricStat"] for query in alarm["Metrics"] if "MetricStat" in query]
        dimensions = [{d["Name"]: d["Value"] for d in stat["Metric"]["Dimensions"]} for stat in stats]
        operations = tuple(d["Operation"] for d in dimensions)
        return (operations, None, stats[0]["Stat"], stats[0]["Period"], condition, alarm["EvaluationPeriods"])
    stat = alarm.get("Statistic") or alarm["ExtendedStatistic"]
    return (alarm["MetricName"], whose(alarm), stat, alarm["Period"], condition, alarm["EvaluationPeriods"])


def test_alarms(pipeline: dict[str, Any]) -> None:
    assert {name: described(alarm) for name, alarm in found(pipeline).items()} == ALARMS


def test_alarms_notify_and_most_tell_when_it_is_over(pipeline: dict[str, Any]) -> None:
    alarms = found(pipeline)
    assert all(alarm["AlarmActions"] == [{"Ref": "AlertsTopic"}] for alarm in alarms.values())
    assert {name for name, alarm in alarms.items() if "OKActions" not in alarm} == ALARM_ONLY
    assert all(alarm.get("OKActions", alarm["AlarmActions"]) == alarm["AlarmActions"] for alarm in alarms.values())


def test_silence_is_good_but_of_the_dispatcher(pipeline: dict[str, Any]) -> None:
    missing = {name: alarm["TreatMissingData"] for name, alarm in found(pipeline).items()}
    assert missing.pop("pkgwatch-dispatcher-not-running") == "breaching"
    assert set(missing.values()) == {"notBreaching"}


def test_metrics_of_stages_that_share_an_account_are_told_apart(template: Find) -> None:
    for stage, namespace in (("prod", "PkgWatch"), ("dev", "PkgWatch-dev")):
        resources = template("pkgwatch", stage, "pipeline")["Resources"]
        assert resources["MinimalPackagesHighAlarm"]["Properties"]["Namespace"] == namespace
        function = resources["DataStatusMetricsFunction"]["Properties"]
        assert function["Environment"]["Variables"]["METRICS_NAMESPACE"] == namespace


def test_throttling_adds_all_operations_up(pipeline: dict[str, Any]) -> None:
    alarm = pipeline["Resources"]["DynamoThrottlingAlarm"]["Properties"]
    (total,) = [query for query in alarm["Metrics"] if query["ReturnData"]]
    assert total["Expression"] == "FILL(m0,0)+FILL(m1,0)+FILL(m2,0)"
    tables = {
        d["Value"]["Ref"]
        for q in alarm["Metrics"][:-1]
        for d in q["MetricStat"]["Metric"]["Dimensions"]
        if d["Name"] == "TableName"
    }
    assert tables == {"StoragePackagesTableName"}


def test_topic_lets_alarms_and_budgets_publish(template: Find) -> None:
    pipeline = template("pkgwatch", "prod", "pipeline")
    topic = pipeline["Resources"]["AlertsTopic"]["Properties"]
    key = {"Fn::GetAtt": ["AlertsTopicKey", "Arn"]}
    assert topic == {"TopicName": "pkgwatch-alerts", "DisplayName": "PkgWatch Alerts", "KmsMasterKeyId": key}
    users = pipeline["Resources"]["AlertsTopicKey"]["Properties"]["KeyPolicy"]["Statement"][1]
    assert users["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert users["Principal"]["Service"] == ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
    policy = pipeline["Resources"]["AlertsTopicPolicy"]["Properties"]["PolicyDocument"]
    services = {s["Principal"]["Service"][0] for s in policy["Statement"]}
    assert services == {"budgets.amazonaws.com", "cloudwatch.amazonaws.com"}
    mail = pipeline["Resources"]["AlertsTopicEmail"]["Properties"]
    assert (mail["Protocol"], mail["Endpoint"]) == ("email", "alerts@example.com")
    assert "AlertsTopicEmail" not in template("pkgwatch", "dev", "pipeline")["Resources"]


def test_dashboard(pipeline: dict[str, Any]) -> None:
    board = pipeline["Resources"]["PkgWatchOperationsDashboard"]["Properties"]
    assert board["DashboardName"] == "PkgWatch-Operations"
    widgets = json.loads(board["DashboardBody"]["Fn::Sub"])["widgets"]
    assert [w["properties"]["title"] for w in widgets] == [
        "Queue depth",
        "Messages received",
        "Invocations",
        "Errors",
        "Duration p99",
        "Packages: consumed capacity",
        "Packages: throttled requests",
        "Download coverage in percent",
        "PyPI downloads never fetched",
    ]
    for row in (widgets[:2], widgets[2:5], widgets[5:7], widgets[7:]):
        assert sum(w["width"] for w in row) == 24
    labels = [line[-1]["label"] for line in widgets[2]["properties"]["metrics"]]
    assert labels == ["collector", "score calculator", "dispatcher"]
    coverage = [line[:2] for line in widgets[7]["properties"]["metrics"]]
    assert coverage == [["PkgWatch", "PypiDownloadCoverage"], ["PkgWatch", "NpmDownloadCoverage"]]


def test_budget(template: Find) -> None:
    (budget,) = template("pkgwatch", "prod", "budgets")["Resources"].values()
    data = budget["Properties"]["Budget"]
    assert data["BudgetName"] == "pkgwatch-monthly-budget"
    assert (data["BudgetType"], data["TimeUnit"]) == ("COST", "MONTHLY")
    assert data["BudgetLimit"] == {"Amount": 200.0, "Unit": "USD"}
    rows = budget["Properties"]["NotificationsWithSubscribers"]
    alerts = {
        (r["Notification"]["NotificationType"], r["Notification"]["ComparisonOperator"], r["Notification"]["Threshold"])
        for r in rows
    }
    assert alerts == {("ACTUAL", "GREATER_THAN", 80), ("FORECASTED", "GREATER_THAN", 100)}
    assert all(
        r["Subscribers"] == [{"SubscriptionType": "SNS", "Address": {"Ref": "PipelineAlertTopicArn"}}] for r in rows
    )
