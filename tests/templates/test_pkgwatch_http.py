"""Routes, CORS and firewall of PkgWatch's API are as documented; the tables here are those of the documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

Find = Callable[..., dict[str, Any]]

ROUTES = {
    "GET /health": "Health",
    "GET /packages/{ecosystem}/{name}": "GetPackage",
    "POST /scan": "Scan",
    "POST /packages/request": "RequestPackage",
    "GET /usage": "GetUsage",
    "GET /badge/{ecosystem}/{name}": "Badge",
    "POST /signup": "Signup",
    "GET /verify": "VerifyEmail",
    "POST /auth/magic-link": "MagicLink",
    "GET /auth/callback": "AuthCallback",
    "GET /auth/me": "AuthMe",
    "POST /auth/logout": "Logout",
    "GET /auth/pending-key": "GetPendingKey",
    "GET /api-keys/pending": "GetPendingKey",
    "POST /auth/resend-verification": "ResendVerification",
    "GET /auth/pending-recovery-codes": "GetPendingRecoveryCodes",
    "GET /api-keys": "GetApiKeys",
    "POST /api-keys": "CreateApiKey",
    "DELETE /api-keys/{key_id}": "RevokeApiKey",
    "POST /checkout/create": "CreateCheckout",
    "POST /billing-portal/create": "CreateBillingPortal",
    "POST /upgrade/preview": "UpgradePreview",
    "GET /upgrade/preview": "UpgradePreview",
    "POST /upgrade/confirm": "UpgradeConfirm",
    "POST /webhooks/stripe": "StripeWebhook",
    "GET /account/recovery-codes": "AccountRecoveryCodes",
    "POST /account/recovery-codes": "AccountRecoveryCodes",
    "DELETE /account/recovery-codes": "AccountRecoveryCodes",
    "POST /recovery/initiate": "RecoveryInitiate",
    "POST /recovery/verify-api-key": "RecoveryVerifyApiKey",
    "POST /recovery/verify-code": "RecoveryVerifyCode",
    "POST /recovery/update-email": "RecoveryUpdateEmail",
    "GET /recovery/confirm-email": "RecoveryConfirmEmail",
    "GET /referral/status": "ReferralStatus",
    "POST /referral/add-code": "AddReferralCode",
    "GET /r/{code}": "ReferralRedirect",
}
ALIASED = {"GetPackage", "Scan", "StripeWebhook"}

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


@pytest.mark.parametrize(("stage", "allowed"), [("local", True), ("dev", True), ("prod", False)])
def test_preflights_allow_pages_of_localhost_in_development(template: Find, stage: str, allowed: bool) -> None:
    stack = template("pkgwatch", stage, "api")
    for route, method in methods(stack).items():
        if route.startswith("OPTIONS "):
            (answer,) = method["Integration"]["IntegrationResponses"]
            override = json.dumps(answer.get("ResponseTemplates", ""))
            assert ("http://localhost:3000" in override) is allowed
            assert ("http://localhost:4321" in override) is allowed


def test_routes(api: dict[str, Any]) -> None:
    found = {}
    for route, method in methods(api).items():
        if not route.startswith("OPTIONS "):
            integration = method["Integration"]
            assert (integration["Type"], integration["IntegrationHttpMethod"]) == ("AWS_PROXY", "POST")
            assert method["AuthorizationType"] == "NONE"
            found[route] = integration["Uri"]["Fn::Sub"].split("/functions/${")[1].split("}")[0]
    assert found == {r: f"{f}Alias" if f in ALIASED else f"{f}Function.Arn" for r, f in ROUTES.items()}


def test_a_handler_serves_the_routes_of_its_row(api: dict[str, Any]) -> None:
    for function in set(ROUTES.values()):
        handler = api["Resources"][f"{function}Function"]["Properties"]["Handler"].removesuffix(".handler")
        assert set(import_module(handler).ROUTES) == {route for route, to in ROUTES.items() if to == function}, function


def test_get_package_declares_its_cache_keys(api: dict[str, Any]) -> None:
    method = methods(api)["GET /packages/{ecosystem}/{name}"]
    keys = ["method.request.path.ecosystem", "method.request.path.name", "method.request.header.Origin"]
    assert method["Integration"]["CacheKeyParameters"] == keys
    assert method["RequestParameters"] == dict(zip(keys, (True, True, False), strict=True))


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
    logs = of_type(api, "AWS::Logs::LogGroup")
    assert logs["ApiCallsLogGroup"] == {"LogGroupName": "/aws/apigateway/pkgwatch-api", "RetentionInDays": 14}
    errors = {"Fn::Sub": "API-Gateway-Execution-Logs_${Api}/v1"}
    assert logs["ApiErrorsLogGroup"] == {"LogGroupName": errors, "RetentionInDays": 14}
    assert (rest["Name"], rest["MinimumCompressionSize"]) == ("PkgWatch API", 1024)
    assert rest["EndpointConfiguration"] == {"Types": ["EDGE"]}
    (stage,) = of_type(api, "AWS::ApiGateway::Stage").values()
    assert (stage["StageName"], stage["TracingEnabled"], stage["CacheClusterEnabled"]) == ("v1", True, False)
    log = stage["AccessLogSetting"]
    assert log["DestinationArn"] == {"Fn::GetAtt": ["ApiCallsLogGroup", "Arn"]}
    assert json.loads(log["Format"])["route"] == "$context.resourcePath"  # no query strings: they hold tokens
    assert not {"$context.identity.sourceIp", "$context.path"} & set(json.loads(log["Format"]).values())
    (settings,) = stage["MethodSettings"]
    assert settings == {
        "HttpMethod": "*",
        "ResourcePath": "/*",
        "ThrottlingRateLimit": 50,
        "ThrottlingBurstLimit": 100,
        "LoggingLevel": "ERROR",
        "DataTraceEnabled": False,
        "MetricsEnabled": False,  # those of each method cost as much as metrics of one's own
        "CachingEnabled": False,
    }
    assert api["Resources"]["ApiStage"]["DependsOn"] == ["ApiAccount", "ApiErrorsLogGroup"]
    assert api["Resources"]["ApiAccount"]["DeletionPolicy"] == "Retain"


def test_firewall(api: dict[str, Any]) -> None:
    (acl,) = of_type(api, "AWS::WAFv2::WebACL").values()
    assert (acl["Name"], acl["Scope"]) == ("pkgwatch-api-waf", "REGIONAL")
    assert acl["DefaultAction"] == {"Allow": {}}
    rules = {rule["Priority"]: rule for rule in acl["Rules"]}
    limit = rules.pop(30)
    assert limit["Statement"]["RateBasedStatement"] == {"Limit": 500, "AggregateKeyType": "IP"}
    assert limit["Action"] == {"Block": {}}
    size = rules.pop(15)
    groups = {p: r["Statement"]["ManagedRuleGroupStatement"]["Name"] for p, r in rules.items()}
    assert groups == FIREWALL
    assert all(rule["OverrideAction"] == {"None": {}} for rule in rules.values())
    common = rules[10]["Statement"]["ManagedRuleGroupStatement"]
    assert common["RuleActionOverrides"] == [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]
    assert size["Action"] == {"Block": {}}
    label, *larger = size["Statement"]["AndStatement"]["Statements"]
    key = "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"
    assert label == {"LabelMatchStatement": {"Scope": "LABEL", "Key": key}}
    matches = [one["NotStatement"]["Statement"]["ByteMatchStatement"] for one in larger]
    assert {match["SearchString"] for match in matches} == {"/scan", "/webhooks/stripe"}
    assert {(match["PositionalConstraint"], *match["FieldToMatch"]) for match in matches} == {("ENDS_WITH", "UriPath")}
    for rule in (acl, *acl["Rules"]):
        assert rule["VisibilityConfig"]["CloudWatchMetricsEnabled"]
        assert rule["VisibilityConfig"]["SampledRequestsEnabled"]
    (association,) = of_type(api, "AWS::WAFv2::WebACLAssociation").values()
    assert association["ResourceArn"]["Fn::Sub"].endswith("::/restapis/${Api}/stages/v1")
