"""Is the API what the documents say? The tables here are the documents'."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Find = Callable[..., dict[str, Any]]

READ = {"BatchGetItem", "ConditionCheckItem", "GetItem", "Query"}
WRITE = {"BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem"}
P, K, F = "StoragePackagesTableName", "StorageApiKeysTableName", "StorageReferralEventsTableName"
SEND = ("PipelinePackageQueueArn", frozenset({"SendMessage"}))


def read(table: str) -> tuple[str, frozenset[str]]:
    return table, frozenset(READ)


def both(table: str) -> tuple[str, frozenset[str]]:
    return table, frozenset(READ | WRITE)


# (memory, timeout, further environment, what it may do)
FUNCTIONS: dict[str, tuple[int, int, set[str], set[tuple[str, frozenset[str]]]]] = {
    "pkgwatch-api-health": (512, 30, set(), set()),
    "pkgwatch-api-get-package": (512, 30, set(), {read(P), both(K), both(F)}),
    "pkgwatch-api-scan": (1024, 28, {"PACKAGE_QUEUE_URL"}, {read(P), both(K), both(F), SEND}),
    "pkgwatch-api-request-package": (512, 30, {"PACKAGE_QUEUE_URL"}, {both(P), both(K), SEND}),
    "pkgwatch-api-get-usage": (512, 30, set(), {read(K)}),
    "pkgwatch-api-badge": (512, 30, set(), {read(P)}),
}
COMMON = {
    "PACKAGES_TABLE": {"Ref": P},
    "API_KEYS_TABLE": {"Ref": K},
    "BILLING_EVENTS_TABLE": {"Ref": "StorageBillingEventsTableName"},
    "REFERRAL_EVENTS_TABLE": {"Ref": F},
    "STRIPE_SECRET_ARN": "pkgwatch/stripe-secret",
    "STRIPE_WEBHOOK_SECRET_ARN": "pkgwatch/stripe-webhook",
}
# (metric, statistic, condition, periods)
ALARMS = {
    "pkgwatch-api-health-errors": ("Errors", "Sum", "> 5", 1),
    "pkgwatch-api-getpackage-errors": ("Errors", "Sum", "> 5", 1),
    "pkgwatch-api-scan-errors": ("Errors", "Sum", "> 5", 1),
    "pkgwatch-api-requestpackage-errors": ("Errors", "Sum", "> 5", 1),
    "pkgwatch-api-getusage-errors": ("Errors", "Sum", "> 5", 1),
    "pkgwatch-api-badge-errors": ("Errors", "Sum", "> 5", 1),
    "pkgwatch-api-5xx-errors": ("5XXError", "Sum", "> 10", 1),
    "pkgwatch-api-4xx-errors": ("4XXError", "Sum", "> 100", 2),
    "pkgwatch-api-latency-p95": ("Latency", "p95", "> 2000", 3),
}


@pytest.fixture
def api(template: Find) -> dict[str, Any]:
    return template("pkgwatch", "prod", "api")


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {title: r["Properties"] for title, r in template["Resources"].items() if r["Type"] == kind}


def test_functions(api: dict[str, Any]) -> None:
    found = {}
    for function in of_type(api, "AWS::Lambda::Function").values():
        role = api["Resources"][function["Role"]["Fn::GetAtt"][0]]["Properties"]
        (policy,) = role["Policies"]
        access = set()
        for statement in policy["PolicyDocument"]["Statement"]:
            services = {action.split(":")[0] for action in statement["Action"]}
            resource = statement["Resource"][0]
            if not services & {"logs", "xray"}:
                name = resource.get("Ref") or resource["Fn::Sub"].split("${")[-1].rstrip("}")
                access.add((name, frozenset(action.split(":")[1] for action in statement["Action"])))
        environment = function["Environment"]["Variables"]
        assert {key: environment[key] for key in COMMON} == COMMON
        found[function["FunctionName"]] = (
            function["MemorySize"],
            function["Timeout"],
            set(environment) - set(COMMON),
            access,
        )
        assert (function["Runtime"], function["Architectures"]) == ("python3.12", ["arm64"])
    assert found == FUNCTIONS
    assert {g["RetentionInDays"] for g in of_type(api, "AWS::Logs::LogGroup").values()} == {14}


@pytest.mark.parametrize(("stage", "allowed"), [("local", "true"), ("dev", "true"), ("prod", None)])
def test_handlers_allow_pages_of_localhost_in_development(template: Find, stage: str, allowed: str | None) -> None:
    for function in of_type(template("pkgwatch", stage, "api"), "AWS::Lambda::Function").values():
        assert function["Environment"]["Variables"].get("ALLOW_DEV_CORS") == allowed


def test_alarms(api: dict[str, Any]) -> None:
    found = {}
    for alarm in of_type(api, "AWS::CloudWatch::Alarm").values():
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        assert (alarm["Period"], alarm["TreatMissingData"]) == (300, "notBreaching")
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "PipelineAlertTopicArn"}]
        statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        condition = f"> {alarm['Threshold']:g}"
        found[alarm["AlarmName"]] = (alarm["MetricName"], statistic, condition, alarm["EvaluationPeriods"])
    assert found == ALARMS


def test_each_error_alarm_watches_its_function(api: dict[str, Any]) -> None:
    for title, alarm in of_type(api, "AWS::CloudWatch::Alarm").items():
        if alarm["Namespace"] == "AWS/Lambda":
            (dimension,) = alarm["Dimensions"]
            function = dimension["Value"]["Ref"].removesuffix("Function")
            assert title.lower() == f"api{function}errorsalarm".lower()


def test_dashboard(api: dict[str, Any]) -> None:
    board = api["Resources"]["PkgWatchAPIDashboard"]["Properties"]
    assert board["DashboardName"] == "PkgWatch-API"
    titles = [w["properties"]["title"] for w in json.loads(board["DashboardBody"]["Fn::Sub"])["widgets"]]
    assert titles[:3] == ["Requests", "Errors", "Latency"]
