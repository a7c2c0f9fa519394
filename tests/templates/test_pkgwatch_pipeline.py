"""Is the pipeline what the documents say? The tables here are the documents'."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Find = Callable[..., dict[str, Any]]

DAY = 86_400
# (visibility, retention in days, dead letters, receives)
QUEUES = {
    "pkgwatch-package-queue": (1800, 14, "PackageDlqQueue", 3),
    "pkgwatch-package-dlq": (None, 14, None, None),
    "pkgwatch-discovery-queue": (1800, 1, "DiscoveryDlqQueue", 3),
    "pkgwatch-discovery-dlq": (None, 14, None, None),
    "pkgwatch-streams-dlq": (360, 14, None, None),
}
# (metric, statistic, period, condition, periods); all notify on OK too, missing data is not breaching
ALARMS = {
    "pkgwatch-dlq-messages": ("ApproximateNumberOfMessagesVisible", "Maximum", 300, ">= 1", 1),
    "pkgwatch-streams-dlq-messages": ("ApproximateNumberOfMessagesVisible", "Maximum", 300, ">= 10", 1),
    "pkgwatch-discovery-dlq-messages": ("ApproximateNumberOfMessagesVisible", "Maximum", 300, ">= 5", 1),
    "pkgwatch-package-queue-backlog": ("ApproximateNumberOfMessagesVisible", "Maximum", 300, ">= 2000", 2),
    "pkgwatch-package-queue-message-age": ("ApproximateAgeOfOldestMessage", "Maximum", 300, ">= 1800", 2),
    "pkgwatch-score-calculator-errors": ("Errors", "Sum", 300, ">= 5", 2),
    "pkgwatch-dynamo-throttling": (("PutItem", "GetItem", "Query"), "Sum", 300, ">= 10", 2),
    "pkgwatch-apikeys-throttling": (("PutItem", "GetItem", "Query", "UpdateItem"), "Sum", 300, ">= 5", 1),
    "pkgwatch-minimal-packages-high": ("MinimalPackages", "Maximum", DAY, "> 500", 1),
}
OPERATORS = {"GreaterThanOrEqualToThreshold": ">=", "GreaterThanThreshold": ">"}


@pytest.fixture
def pipeline(template: Find) -> dict[str, Any]:
    return template("pkgwatch", "prod", "pipeline")


def properties(template: dict[str, Any], kind: str, key: str) -> dict[str, dict[str, Any]]:
    return {r["Properties"][key]: r["Properties"] for r in template["Resources"].values() if r["Type"] == kind}


def test_queues(pipeline: dict[str, Any]) -> None:
    found = {}
    for name, queue in properties(pipeline, "AWS::SQS::Queue", "QueueName").items():
        redrive = queue.get("RedrivePolicy")
        dead = redrive["deadLetterTargetArn"]["Fn::GetAtt"][0] if redrive else None
        receives = redrive["maxReceiveCount"] if redrive else None
        days = queue["MessageRetentionPeriod"] / DAY
        found[name] = (queue.get("VisibilityTimeout"), days, dead, receives)
    assert found == QUEUES


def test_alarms(pipeline: dict[str, Any]) -> None:
    found = {}
    for name, alarm in properties(pipeline, "AWS::CloudWatch::Alarm", "AlarmName").items():
        condition = f"{OPERATORS[alarm['ComparisonOperator']]} {alarm['Threshold']:g}"
        if "Metrics" in alarm:
            stats = [query["MetricStat"] for query in alarm["Metrics"] if "MetricStat" in query]
            dimensions = [{d["Name"]: d["Value"] for d in stat["Metric"]["Dimensions"]} for stat in stats]
            watched = (tuple(d["Operation"] for d in dimensions), stats[0]["Stat"], stats[0]["Period"])
        else:
            watched = (alarm["MetricName"], alarm["Statistic"], alarm["Period"])
        found[name] = (*watched, condition, alarm["EvaluationPeriods"])
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlertsTopic"}]
    assert found == ALARMS


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


def test_score_calculator(pipeline: dict[str, Any]) -> None:
    function = pipeline["Resources"]["ScoreCalculatorFunction"]["Properties"]
    assert function["FunctionName"] == "pkgwatch-score-calculator"
    assert (function["MemorySize"], function["Timeout"]) == (512, 120)
    assert (function["Runtime"], function["Architectures"]) == ("python3.12", ["arm64"])
    assert function["Environment"]["Variables"] == {
        "PACKAGES_TABLE": {"Ref": "StoragePackagesTableName"},
        "API_KEYS_TABLE": {"Ref": "StorageApiKeysTableName"},
        "RAW_DATA_BUCKET": {"Ref": "StorageRawDataBucketName"},
        "GITHUB_TOKEN_SECRET_ARN": "pkgwatch/github-token",
        "PACKAGE_QUEUE_URL": {"Ref": "PackageQueue"},
    }
    assert pipeline["Resources"]["ScoreCalculatorLogGroup"]["Properties"]["RetentionInDays"] == 30


def test_stream_mapping(pipeline: dict[str, Any]) -> None:
    mapping = pipeline["Resources"]["ScoreCalculatorStream"]["Properties"]
    assert mapping["EventSourceArn"] == {"Ref": "StoragePackagesTableStreamArn"}
    assert (mapping["StartingPosition"], mapping["BatchSize"]) == ("LATEST", 10)
    assert mapping["MaximumRetryAttempts"] == 3
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["StreamsDlqQueue", "Arn"]}
    assert "BisectBatchOnFunctionError" not in mapping
    (only,) = mapping["FilterCriteria"]["Filters"]
    assert json.loads(only["Pattern"]) == {
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"NewImage": {"sk": {"S": ["LATEST"]}, "collected_at": {"S": [{"exists": True}]}}},
    }


def test_topic_lets_alarms_and_budgets_publish(template: Find) -> None:
    pipeline = template("pkgwatch", "prod", "pipeline")
    topic = pipeline["Resources"]["AlertsTopic"]["Properties"]
    assert topic == {"TopicName": "pkgwatch-alerts", "DisplayName": "PkgWatch Alerts"}
    policy = pipeline["Resources"]["AlertsTopicPolicy"]["Properties"]["PolicyDocument"]
    services = {s["Principal"]["Service"][0] for s in policy["Statement"]}
    assert services == {"budgets.amazonaws.com", "cloudwatch.amazonaws.com"}
    mail = pipeline["Resources"]["AlertsTopicEmail"]["Properties"]
    assert (mail["Protocol"], mail["Endpoint"]) == ("email", "alerts@example.com")
    assert "AlertsTopicEmail" not in template("pkgwatch", "dev", "pipeline")["Resources"]


def test_outputs(pipeline: dict[str, Any]) -> None:
    exports = {k: o["Export"]["Name"] for k, o in pipeline["Outputs"].items() if "Export" in o}
    assert exports == {
        "PackageQueueUrl": "PkgWatchPackageQueueUrl",
        "GitHubTokenSecretArn": "PkgWatchGitHubTokenSecretArn",
        "AlertTopicArn": "PkgWatchAlertTopicArn",
    }


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
    ]
    for row in (widgets[:2], widgets[2:5], widgets[5:]):
        assert sum(w["width"] for w in row) == 24


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
