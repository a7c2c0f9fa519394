"""Is Kefir's stack what the documents say?"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from pkgops.build.synth import resources
from pkgops.model import Stage
from templates.kefir.settings import Settings, check

Template = dict[str, Any]
Find = Callable[..., Template]

FUNCTIONS = [
    "handleAuth",
    "handleBatches",
    "handleEvents",
    "handleReminders",
    "handleDevices",
    "handleExport",
    "handlePublic",
]
# Namespace, metric, statistic, period, periods in a row, threshold, dimension.
WATCHED = {
    **{
        f"{name}-{kind}": ("AWS/Lambda", metric, statistic, period, periods, threshold, "FunctionName")
        for name in (*FUNCTIONS, "reminderProcessor")
        for kind, metric, statistic, period, periods, threshold in (
            ("errors", "Errors", "Sum", 60, 2, 10),
            ("throttles", "Throttles", "Sum", 60, 1, 5),
            ("duration", "Duration", "Average", 300, 2, 10000),
        )
    },
    "api-5xx-errors": ("AWS/ApiGateway", "5xx", "Sum", 60, 2, 10, "ApiId"),
    "api-4xx-errors": ("AWS/ApiGateway", "4xx", "Sum", 300, 2, 100, "ApiId"),
    "dynamo-read-throttles": ("AWS/DynamoDB", "ReadThrottleEvents", "Sum", 60, 1, 5, "TableName"),
    "dynamo-write-throttles": ("AWS/DynamoDB", "WriteThrottleEvents", "Sum", 60, 1, 5, "TableName"),
}


def of(template: Template, kind: str) -> list[dict[str, Any]]:
    return [resource["Properties"] for _, resource in resources(template, kind)]


def test_production_has_the_documented_alarms_and_no_others(template: Find) -> None:
    alarms = of(template("kefir", "prod", "app"), "AWS::CloudWatch::Alarm")
    found = {
        alarm["AlarmName"].removeprefix("kefir-app-prod-"): (
            alarm["Namespace"],
            alarm["MetricName"],
            alarm["Statistic"],
            alarm["Period"],
            alarm["EvaluationPeriods"],
            alarm["Threshold"],
            alarm["Dimensions"][0]["Name"],
        )
        for alarm in alarms
    }
    assert found == WATCHED
    assert {alarm["ComparisonOperator"] for alarm in alarms} == {"GreaterThanThreshold"}
    assert {alarm["TreatMissingData"] for alarm in alarms} == {"notBreaching"}
    assert all(alarm["AlarmActions"] == [{"Ref": "AppAlertsTopic"}] for alarm in alarms)


def test_an_alarm_on_a_function_watches_that_function(template: Find) -> None:
    made = template("kefir", "prod", "app")
    names = {title: one["Properties"]["FunctionName"] for title, one in resources(made, "AWS::Lambda::Function")}
    for alarm in of(made, "AWS::CloudWatch::Alarm"):
        if alarm["Namespace"] == "AWS/Lambda":
            watched = names[alarm["Dimensions"][0]["Value"]["Ref"]]
            assert alarm["AlarmName"].rpartition("-")[0] == watched


def test_the_dashboard_shows_every_function(template: Find) -> None:
    (dashboard,) = of(template("kefir", "prod", "app"), "AWS::CloudWatch::Dashboard")
    body = dashboard["DashboardBody"]["Fn::Sub"]
    assert dashboard["DashboardName"] == "kefir-app-prod"
    titles = ["API Gateway Requests", "Lambda Invocations", "Lambda Errors", "DynamoDB Operations", "DynamoDB Latency"]
    assert [title for title in titles if f'"title":"{title}"' not in body] == []
    assert body.count('"type":"metric"') == len(titles)
    assert body.count('"Invocations"') == len(FUNCTIONS) + 1


@pytest.mark.parametrize("stage", ["local", "dev"])
def test_only_production_is_watched(template: Find, stage: str) -> None:
    made = template("kefir", stage, "app")
    for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::SNS::Topic"):
        assert of(made, kind) == []


def test_a_route_of_the_stack_is_one_its_handler_answers(template: Find) -> None:
    made = template("kefir", "dev", "app")
    integrations = {
        title: one["Properties"]["IntegrationUri"]["Fn::GetAtt"][0]
        for title, one in resources(made, "AWS::ApiGatewayV2::Integration")
    }
    routed: dict[str, set[str]] = {}
    for route in of(made, "AWS::ApiGatewayV2::Route"):
        title = route["Target"]["Fn::Sub"].removeprefix("integrations/${").removesuffix("}")
        routed.setdefault(integrations[title], set()).add(route["RouteKey"])
    assert len(routed) == len(FUNCTIONS)
    for function, keys in routed.items():
        handler = made["Resources"][function]["Properties"]["Handler"].removesuffix(".handler")
        assert keys == set(import_module(handler).ROUTES), function


def test_functions_are_as_documented(template: Find) -> None:
    for stage, days in (("dev", 14), ("prod", 30)):
        made = template("kefir", stage, "app")
        functions = {one["FunctionName"].rpartition("-")[2]: one for one in of(made, "AWS::Lambda::Function")}
        triggers = {"preSignUp", "defineAuthChallenge", "createAuthChallenge", "verifyAuthChallenge"}
        assert set(functions) == {*FUNCTIONS, "reminderProcessor", *triggers}
        for name, one in functions.items():
            assert (one["Architectures"], one["MemorySize"]) == (["arm64"], 512)
            # Cognito waits five seconds for a trigger and then calls it again.
            assert one["Timeout"] == {"reminderProcessor": 60, **dict.fromkeys(triggers, 5)}.get(name, 30)
            assert "AWS_REGION" not in one["Environment"]["Variables"]
            assert "IS_OFFLINE" not in one["Environment"]["Variables"]
        assert "ReservedConcurrentExecutions" not in functions["reminderProcessor"]
        assert {group["RetentionInDays"] for group in of(made, "AWS::Logs::LogGroup")} == {days}
        (calls,) = of(made, "AWS::ApiGatewayV2::Stage")
        assert calls["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": ["HttpApiCallsLogGroup", "Arn"]}
        assert not {"sourceIp", "$context.path", "queryString"} & set(calls["AccessLogSettings"]["Format"].split('"'))
        assert "DetailedMetricsEnabled" not in calls["DefaultRouteSettings"]  # they cost like metrics of one's own


def test_production_protects_its_users_and_lets_its_own_pages_in(template: Find) -> None:
    made = template("kefir", "prod", "app")
    (pool,) = of(made, "AWS::Cognito::UserPool")
    covered = {"AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "ENFORCED"}}
    assert pool["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED", **covered}
    assert (pool["UserPoolTier"], pool["DeletionProtection"]) == ("PLUS", "ACTIVE")
    (api,) = of(made, "AWS::ApiGatewayV2::Api")
    assert api["CorsConfiguration"]["AllowOrigins"] == ["https://kefirproducer.com", "https://www.kefirproducer.com"]
    (stage,) = of(made, "AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"] == {"ThrottlingBurstLimit": 2000, "ThrottlingRateLimit": 1000}
    (bucket,) = of(made, "AWS::S3::Bucket")
    (rule,) = bucket["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedOrigins"] == ["https://kefirproducer.com", "https://*.kefirproducer.com"]


def test_dev_has_neither_and_loses_its_data_with_its_stack(template: Find) -> None:
    made = template("kefir", "dev", "app")
    (pool,) = of(made, "AWS::Cognito::UserPool")
    assert pool["UserPoolAddOns"] == {"AdvancedSecurityMode": "OFF"}
    assert (pool["UserPoolTier"], pool["DeletionProtection"]) == ("ESSENTIALS", "INACTIVE")
    (table,) = of(made, "AWS::DynamoDB::Table")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": False}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "TTL", "Enabled": True}


@pytest.mark.parametrize(
    ("stage", "settings", "told"),
    [
        ("prod", Settings(), []),
        ("local", Settings(expo_base_url="http://127.0.0.1:1"), []),
        ("dev", Settings(expo_base_url="http://x"), ["EXPO_BASE_URL can be set on stage local only"]),
        ("dev", Settings(presign_ttl_seconds=0), ["PRESIGN_TTL_SECONDS is between 1 and 604800."]),
        ("dev", Settings(web_domain="https://x"), ["WEB_DOMAIN is a domain"]),
        ("dev", Settings(more_origins="https://a.example, https://*.b.example"), ["MORE_ORIGINS are whole origins"]),
    ],
)
def test_settings_are_checked(stage: str, settings: Settings, told: list[str]) -> None:
    found = check(Stage(stage), settings)
    assert len(found) == len(told)
    assert all(one.startswith(start) for one, start in zip(found, told, strict=True))
