"""Alarms, rollout and names of PkgWatch's API are as documented; the tables here are those of the documents."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from pkgops.build.synth import synth
from pkgops.model import Stage
from tests.repository import load_system
from tests.templates.conftest import PRODUCTION

Find = Callable[..., dict[str, Any]]

# Everything but logout and backup-reset-usage.
# fmt: off
ERRORS = [
    "health", "getpackage", "scan", "requestpackage", "getusage", "signup", "verifyemail", "magiclink",
    "authcallback", "authme", "getpendingkey", "getapikeys", "createapikey", "revokeapikey", "createcheckout",
    "createbillingportal", "upgradepreview", "upgradeconfirm", "stripewebhook", "resetusage", "badge",
    "resendverification", "getpendingrecoverycodes", "accountrecoverycodes", "recoveryinitiate",
    "recoveryverifyapikey", "recoveryverifycode", "recoveryupdateemail", "recoveryconfirmemail",
    "referralstatus", "addreferralcode", "referralredirect", "referralretention", "referralcleanup",
]
# fmt: on
# (metric, statistic, period, condition, periods)
ALARMS = {
    **{f"pkgwatch-api-{name}-errors": ("Errors", "Sum", 300, "> 5", 1) for name in ERRORS},
    "pkgwatch-api-5xx-errors": ("5XXError", "Sum", 300, "> 10", 1),
    "pkgwatch-api-4xx-errors": ("4XXError", "Sum", 300, "> 100", 2),
    "pkgwatch-api-latency-p95": ("Latency", "p95", 300, "> 2000", 3),
    "pkgwatch-ses-bounce-rate": ("Reputation.BounceRate", "Average", 3600, "> 0.05", 1),
    "pkgwatch-ses-complaint-rate": ("Reputation.ComplaintRate", "Average", 3600, "> 0.001", 1),
}
CANARIES = {"GetPackage": "getpackage", "Scan": "scan", "StripeWebhook": "stripewebhook"}
EXPORTS = {
    "ApiUrl": "PkgWatchApiUrl",
    "ApiCustomDomainTarget": "PkgWatchApiCustomDomainTarget",
    "ApiCertificateArn": "PkgWatchApiCertificateArn",
    "StripeSecretArn": "PkgWatchStripeSecretArn",
    "StripeWebhookSecretArn": "PkgWatchStripeWebhookSecretArn",
}
ROOM = 400  # of CloudFormation's 500 resources


@pytest.fixture
def api(template: Find) -> dict[str, Any]:
    return template("pkgwatch", "prod", "api")


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {title: r["Properties"] for title, r in template["Resources"].items() if r["Type"] == kind}


def test_alarms(api: dict[str, Any]) -> None:
    assert len(ERRORS) == 34
    alarms = {alarm["AlarmName"]: alarm for alarm in of_type(api, "AWS::CloudWatch::Alarm").values()}
    for alarm in alarms.values():
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "PipelineAlertTopicArn"}]
    throttled = alarms.pop("pkgwatch-billing-events-throttling")
    found = {}
    for name, alarm in alarms.items():
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        condition = f"> {alarm['Threshold']:g}"
        found[name] = (alarm["MetricName"], statistic, alarm["Period"], condition, alarm["EvaluationPeriods"])
    assert found == ALARMS
    assert (throttled["ComparisonOperator"], throttled["Threshold"]) == ("GreaterThanOrEqualToThreshold", 1)
    watched = [query["MetricStat"]["Metric"] for query in throttled["Metrics"] if "MetricStat" in query]
    assert {metric["MetricName"] for metric in watched} == {"ThrottledRequests"}
    assert {d["Value"]["Ref"] for m in watched for d in m["Dimensions"] if d["Name"] == "TableName"} == {
        "StorageBillingEventsTableName"
    }


def test_each_error_alarm_watches_its_function(api: dict[str, Any]) -> None:
    for title, alarm in of_type(api, "AWS::CloudWatch::Alarm").items():
        if alarm.get("Namespace") == "AWS/Lambda":
            (dimension,) = alarm["Dimensions"]
            function = dimension["Value"]["Ref"].removesuffix("Function")
            assert title.lower() == f"api{function}errorsalarm".lower()


def test_dashboard(api: dict[str, Any]) -> None:
    board = api["Resources"]["PkgWatchAPIDashboard"]["Properties"]
    assert board["DashboardName"] == "PkgWatch-API"
    widgets = json.loads(board["DashboardBody"]["Fn::Sub"])["widgets"]
    assert [w["properties"]["title"] for w in widgets] == [
        "Requests",
        "Errors",
        "Latency",
        "get_package: invocations and errors",
        "scan: invocations and errors",
        "stripe_webhook: invocations and errors",
        "Getting in",
        "Paying",
    ]
    shown = [[line[3] for line in w["properties"]["metrics"]] for w in widgets[6:]]
    assert shown == [
        ["${SignupFunction}", "${MagicLinkFunction}", "${AuthCallbackFunction}"],
        ["${CreateCheckoutFunction}", "${UpgradeConfirmFunction}"],
    ]


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_three_functions_are_rolled_out_little_by_little(template: Find, stage: str) -> None:
    api = template("pkgwatch", stage, "api")
    resources = api["Resources"]
    (role,) = [r for t, r in resources.items() if t == "CanaryRole"]
    assert role["Properties"]["ManagedPolicyArns"][0]["Fn::Sub"].endswith("/AWSCodeDeployRoleForLambdaLimited")
    assert resources["CanaryApplication"]["Properties"] == {"ComputePlatform": "Lambda"}
    aliases = of_type(api, "AWS::Lambda::Alias")
    assert set(aliases) == {f"{stem}Alias" for stem in CANARIES}
    for stem, short in CANARIES.items():
        assert aliases[f"{stem}Alias"] == {
            "Name": "live",
            "FunctionName": {"Ref": f"{stem}Function"},
            "FunctionVersion": {"Fn::GetAtt": [f"{stem}Version", "Version"]},
        }
        assert resources[f"{stem}Alias"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"] == {
            "ApplicationName": {"Ref": "CanaryApplication"},
            "DeploymentGroupName": {"Ref": f"{stem}Deployments"},
        }
        assert resources[f"{stem}Version"]["Properties"] == {"FunctionName": {"Ref": f"{stem}Function"}}
        group = resources[f"{stem}Deployments"]["Properties"]
        assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
        assert group["AutoRollbackConfiguration"]["Enabled"] is True
        assert {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"} <= set(group["AutoRollbackConfiguration"]["Events"])
        (alarm,) = group["AlarmConfiguration"]["Alarms"]
        name = resources[alarm["Name"]["Ref"]]["Properties"]["AlarmName"]
        assert name.startswith(f"pkgwatch-api-{short}-errors")


@pytest.mark.parametrize(("stage", "invoked"), [("local", "Function.Arn"), ("dev", "Alias"), ("prod", "Alias")])
def test_callers_reach_the_alias_where_there_is_one(template: Find, stage: str, invoked: str) -> None:
    resources = template("pkgwatch", stage, "api")["Resources"]
    for stem, method in (("GetPackage", "ApiPackagesEcosystemNameGet"), ("StripeWebhook", "ApiWebhooksStripePost")):
        uri = resources[method]["Properties"]["Integration"]["Uri"]["Fn::Sub"]
        assert uri.endswith(f"/functions/${{{stem}{invoked}}}/invocations")
    kinds = {resource["Type"].split("::")[1] for resource in resources.values()}
    assert ("CodeDeploy" in kinds) is (stage != "local")


def test_domain(api: dict[str, Any]) -> None:
    resources = api["Resources"]
    certificate = resources["ApiCertificate"]["Properties"]
    assert certificate == {"DomainName": "api.pkgwatch.dev", "ValidationMethod": "DNS"}
    assert resources["ApiDomain"]["Properties"] == {
        "DomainName": "api.pkgwatch.dev",
        "RegionalCertificateArn": {"Ref": "ApiCertificate"},
        "EndpointConfiguration": {"Types": ["REGIONAL"]},
        "SecurityPolicy": "TLS_1_2",
    }
    mapping = resources["ApiDomainMapping"]["Properties"]
    assert mapping == {"DomainName": {"Ref": "ApiDomain"}, "RestApiId": {"Ref": "Api"}, "Stage": {"Ref": "ApiStage"}}


@pytest.mark.parametrize(
    ("stage", "domain", "expected"),
    [("prod", "", ""), ("dev", "auto", ""), ("dev", "api.dev.example.com", "api.dev.example.com")],
)
def test_the_domain_is_an_option(stage: str, domain: str, expected: str) -> None:
    system = load_system("pkgwatch")
    settings = system.settings(**PRODUCTION["pkgwatch"], api_domain=domain)
    api = next(stack for stack in synth(system, Stage(stage), settings) if stack.key == "api").template
    names = [one["DomainName"] for one in of_type(api, "AWS::ApiGateway::DomainName").values()]
    url = api["Resources"]["SignupFunction"]["Properties"]["Environment"]["Variables"]["API_URL"]
    assert names == ([expected] if expected else [])
    assert ("ApiCustomDomainTarget" in api["Outputs"]) is bool(expected)
    assert url == f"https://{expected}" if expected else "Fn::Sub" in url


def test_outputs(api: dict[str, Any]) -> None:
    outputs = api["Outputs"]
    assert {name: o["Export"]["Name"] for name, o in outputs.items() if "Export" in o} == EXPORTS
    assert set(outputs) == {*EXPORTS, "SesDkimTokens"}
    assert outputs["ApiUrl"]["Value"] == {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/v1"}
    # Secrets Manager would take "-secret" for the end of a whole ARN.
    assert outputs["StripeSecretArn"]["Value"] == "pkgwatch/stripe-secret"
    assert outputs["StripeWebhookSecretArn"]["Value"]["Fn::Sub"].endswith(":secret:pkgwatch/stripe-webhook")
    separator, names = outputs["SesDkimTokens"]["Value"]["Fn::Join"]
    assert separator == ","
    assert names == [{"Fn::GetAtt": ["MailIdentity", f"DkimDNSTokenName{number}"]} for number in (1, 2, 3)]


@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
def test_there_is_room_for_more(template: Find, stage: str) -> None:
    count = len(template("pkgwatch", stage, "api")["Resources"])
    sys.stdout.write(f"{stage}: {count} of at most 500 resources\n")  # pytest -rP shows it
    assert count <= ROOM
