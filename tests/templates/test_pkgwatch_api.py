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
ROUTES = {
    "GET /health": "HealthFunction",
    "GET /packages/{ecosystem}/{name}": "GetPackageFunction",
    "POST /scan": "ScanFunction",
    "POST /packages/request": "RequestPackageFunction",
    "GET /usage": "GetUsageFunction",
    "GET /badge/{ecosystem}/{name}": "BadgeFunction",
}
MODELS: dict[str, Any] = {
    "POST /scan": (
        "ScanRequest",
        {
            "content": {"type": "string"},
            "dependencies": {"type": "object"},
            "devDependencies": {"type": "object"},
            "ecosystem": {"type": "string", "enum": ["npm", "pypi"]},
        },
        [],
    ),
    "POST /packages/request": (
        "RequestPackageRequest",
        {
            "name": {"type": "string", "minLength": 1, "maxLength": 256},
            "ecosystem": {"type": "string", "enum": ["npm", "pypi"]},
        },
        ["name"],
    ),
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
CORS = {
    "Access-Control-Allow-Origin": "'https://pkgwatch.dev'",
    "Access-Control-Allow-Methods": "'GET,POST,DELETE,OPTIONS'",
    "Access-Control-Allow-Headers": "'Content-Type,X-API-Key,X-Amz-Date,Authorization,Cookie'",
    "Access-Control-Allow-Credentials": "'true'",
    "Vary": "'Origin'",
}
FIREWALL = {
    10: "AWSManagedRulesCommonRuleSet",
    20: "AWSManagedRulesKnownBadInputsRuleSet",
    25: "AWSManagedRulesAmazonIpReputationList",
    27: "AWSManagedRulesSQLiRuleSet",
}


@pytest.fixture
def api(template: Find) -> dict[str, Any]:
    return template("pkgwatch", "prod", "api")


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {title: r["Properties"] for title, r in template["Resources"].items() if r["Type"] == kind}


def path(template: dict[str, Any], reference: dict[str, Any]) -> str:
    if "Ref" not in reference:
        return ""
    resource = template["Resources"][reference["Ref"]]["Properties"]
    return f"{path(template, resource['ParentId'])}/{resource['PathPart']}"


def methods(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = of_type(template, "AWS::ApiGateway::Method").values()
    return {f"{m['HttpMethod']} {path(template, m['ResourceId']) or '/'}": m for m in found}


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
def test_development_allows_pages_of_localhost(template: Find, stage: str, allowed: str | None) -> None:
    stack = template("pkgwatch", stage, "api")
    for function in of_type(stack, "AWS::Lambda::Function").values():
        assert function["Environment"]["Variables"].get("ALLOW_DEV_CORS") == allowed
    for route, method in methods(stack).items():
        if route.startswith("OPTIONS "):
            (answer,) = method["Integration"]["IntegrationResponses"]
            override = json.dumps(answer.get("ResponseTemplates", ""))
            assert ("http://localhost:3000" in override) == bool(allowed)
            assert ("http://localhost:4321" in override) == bool(allowed)


def test_routes(api: dict[str, Any]) -> None:
    found = {}
    for route, method in methods(api).items():
        if not route.startswith("OPTIONS "):
            integration = method["Integration"]
            assert (integration["Type"], integration["IntegrationHttpMethod"]) == ("AWS_PROXY", "POST")
            assert method["AuthorizationType"] == "NONE"
            found[route] = integration["Uri"]["Fn::Sub"].split("/functions/${")[1].split(".")[0]
    assert found == ROUTES


def test_get_package_declares_its_cache_keys(api: dict[str, Any]) -> None:
    method = methods(api)["GET /packages/{ecosystem}/{name}"]
    keys = ["method.request.path.ecosystem", "method.request.path.name", "method.request.header.Origin"]
    assert method["Integration"]["CacheKeyParameters"] == keys
    assert method["RequestParameters"] == dict(zip(keys, (True, True, False), strict=True))


def test_bodies_are_checked(api: dict[str, Any]) -> None:
    (validator,) = of_type(api, "AWS::ApiGateway::RequestValidator").items()
    assert validator[1]["ValidateRequestBody"] is True
    assert validator[1]["ValidateRequestParameters"] is False
    for route, method in methods(api).items():
        if route not in MODELS:
            assert "RequestModels" not in method
            continue
        assert method["RequestValidatorId"] == {"Ref": validator[0]}
        name, properties, required = MODELS[route]
        model = api["Resources"][method["RequestModels"]["application/json"]["Ref"]]["Properties"]
        assert (model["Name"], model["ContentType"]) == (name, "application/json")
        schema = json.loads(model["Schema"])
        assert (schema["type"], schema["additionalProperties"]) == ("object", False)
        assert schema["properties"] == properties
        assert schema.get("required", []) == required


def test_every_resource_answers_preflights(api: dict[str, Any]) -> None:
    paths = {path(api, {"Ref": title}) for title in of_type(api, "AWS::ApiGateway::Resource")}
    found = methods(api)
    for each in {"/", *paths}:
        method = found[f"OPTIONS {each}"]
        (answer,) = method["Integration"]["IntegrationResponses"]
        assert (method["Integration"]["Type"], answer["StatusCode"]) == ("MOCK", "204")
        assert answer["ResponseParameters"] == {f"method.response.header.{k}": v for k, v in CORS.items()}
        (declared,) = method["MethodResponses"]
        assert set(declared["ResponseParameters"]) == set(answer["ResponseParameters"])


def test_gateway_responses(api: dict[str, Any]) -> None:
    found = {r["ResponseType"]: r for r in of_type(api, "AWS::ApiGateway::GatewayResponse").values()}
    assert set(found) == {"DEFAULT_4XX", "DEFAULT_5XX", "BAD_REQUEST_BODY"}
    for response in found.values():
        assert response["ResponseParameters"] == {f"gatewayresponse.header.{k}": v for k, v in CORS.items()}
    body = found["BAD_REQUEST_BODY"]["ResponseTemplates"]["application/json"]
    assert json.loads(body) == {
        "error": {"code": "validation_error", "message": "$context.error.validationErrorString"}
    }
    assert found["BAD_REQUEST_BODY"]["StatusCode"] == "400"


def test_stage(api: dict[str, Any]) -> None:
    (rest,) = of_type(api, "AWS::ApiGateway::RestApi").values()
    assert (rest["Name"], rest["MinimumCompressionSize"]) == ("PkgWatch API", 1024)
    assert rest["EndpointConfiguration"] == {"Types": ["EDGE"]}
    (stage,) = of_type(api, "AWS::ApiGateway::Stage").values()
    assert (stage["StageName"], stage["TracingEnabled"], stage["CacheClusterEnabled"]) == ("v1", True, False)
    (settings,) = stage["MethodSettings"]
    assert settings == {
        "HttpMethod": "*",
        "ResourcePath": "/*",
        "ThrottlingRateLimit": 50,
        "ThrottlingBurstLimit": 100,
        "LoggingLevel": "ERROR",
        "DataTraceEnabled": False,
        "MetricsEnabled": True,
        "CachingEnabled": False,
    }
    assert api["Resources"]["ApiStage"]["DependsOn"] == ["ApiAccount"]
    assert api["Resources"]["ApiAccount"]["DeletionPolicy"] == "Retain"


def test_firewall(api: dict[str, Any]) -> None:
    (acl,) = of_type(api, "AWS::WAFv2::WebACL").values()
    assert (acl["Name"], acl["Scope"]) == ("pkgwatch-api-waf", "REGIONAL")
    assert acl["DefaultAction"] == {"Allow": {}}
    rules = {rule["Priority"]: rule for rule in acl["Rules"]}
    limit = rules.pop(30)
    assert limit["Statement"]["RateBasedStatement"] == {"Limit": 500, "AggregateKeyType": "IP"}
    assert limit["Action"] == {"Block": {}}
    groups = {p: r["Statement"]["ManagedRuleGroupStatement"]["Name"] for p, r in rules.items()}
    assert groups == FIREWALL
    assert all(rule["OverrideAction"] == {"None": {}} for rule in rules.values())
    for rule in (acl, *acl["Rules"]):
        assert rule["VisibilityConfig"]["CloudWatchMetricsEnabled"]
        assert rule["VisibilityConfig"]["SampledRequestsEnabled"]
    (association,) = of_type(api, "AWS::WAFv2::WebACLAssociation").values()
    assert association["ResourceArn"]["Fn::Sub"].endswith("::/restapis/${Api}/stages/v1")


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


def test_url(api: dict[str, Any]) -> None:
    output = api["Outputs"]["ApiUrl"]
    assert output["Value"] == {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/v1"}
    assert output["Export"]["Name"] == "PkgWatchApiUrl"


def test_dashboard(api: dict[str, Any]) -> None:
    board = api["Resources"]["PkgWatchAPIDashboard"]["Properties"]
    assert board["DashboardName"] == "PkgWatch-API"
    titles = [w["properties"]["title"] for w in json.loads(board["DashboardBody"]["Fn::Sub"])["widgets"]]
    assert titles[:3] == ["Requests", "Errors", "Latency"]
