"""What does PkgWatch offer over HTTP?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from templates.kit import grants
from templates.kit.alarms import Alarm, alarms
from templates.kit.cors import Cors
from templates.kit.dashboard import Graph, dashboard
from templates.kit.function import Built, Defaults, Function, functions
from templates.kit.metrics import Metric, of_function
from templates.kit.rest_api import Deployed, RestApi, rest_api
from templates.kit.sources import Route
from templates.kit.web_acl import Managed, RateLimit, web_acl
from templates.pkgwatch import bodies
from templates.scope import Scope

ORIGIN = "https://pkgwatch.dev"
DEV_ORIGINS = ("http://localhost:3000", "http://localhost:4321")
NAME = "PkgWatch API"
STAGE = "v1"
FIREWALL = (
    Managed("CommonRuleSet", "AWSManagedRulesCommonRuleSet", 10),
    Managed("KnownBadInputs", "AWSManagedRulesKnownBadInputsRuleSet", 20),
    Managed("AmazonIpReputationList", "AWSManagedRulesAmazonIpReputationList", 25),
    Managed("SQLiRuleSet", "AWSManagedRulesSQLiRuleSet", 27),
    RateLimit("RateLimit", limit=500, priority=30),
)
# Functions with a graph of their own: the ones that carry the traffic.
BUSY = ("get_package", "scan")


def build(scope: Scope) -> None:
    """The functions, the REST API in front of them, its firewall, alarms and dashboard."""
    built = functions(scope, _defaults(scope), _functions(scope))
    api = rest_api(scope, _api(scope), built.values())
    web_acl(scope, "pkgwatch-api-waf", FIREWALL, api.stage_arn, api.stage.title)
    alarms(scope, scope.use("pipeline.AlertTopicArn"), _alarms(api, built.values()))
    dashboard(scope, "PkgWatch-API", _graphs(api, built))
    scope.output("ApiUrl", api.url, "PkgWatchApiUrl")


def _defaults(scope: Scope) -> Defaults:
    environment = {
        "PACKAGES_TABLE": scope.use("storage.PackagesTableName"),
        "API_KEYS_TABLE": scope.use("storage.ApiKeysTableName"),
        "BILLING_EVENTS_TABLE": scope.use("storage.BillingEventsTableName"),
        "REFERRAL_EVENTS_TABLE": scope.use("storage.ReferralEventsTableName"),
        # Names, not ARNs: Secrets Manager takes both as the id of a secret.
        "STRIPE_SECRET_ARN": scope.named("pkgwatch/stripe-secret"),
        "STRIPE_WEBHOOK_SECRET_ARN": scope.named("pkgwatch/stripe-webhook"),
    }
    if scope.environment == "development":
        environment["ALLOW_DEV_CORS"] = "true"
    return Defaults("handlers/pkgwatch/api", "pkgwatch-api-", environment, retention=14)


def _functions(scope: Scope) -> list[Function]:
    """A handler of the API is one row: its file, its routes, what it may do."""
    packages = scope.use("storage.PackagesTableName")
    keys = scope.use("storage.ApiKeysTableName")
    referrals = scope.use("storage.ReferralEventsTableName")
    queue = {"PACKAGE_QUEUE_URL": scope.use("pipeline.PackageQueueUrl")}
    packages_r, packages_rw = grants.table_read(packages), grants.table_read_write(packages)
    keys_r, keys_rw = grants.table_read(keys), grants.table_read_write(keys)
    referrals_rw = grants.table_read_write(referrals)
    enqueue = grants.queue_send(scope.use("pipeline.PackageQueueArn"))
    cached_by = ("path.ecosystem", "path.name", "header.Origin")
    get_package = Route("GET /packages/{ecosystem}/{name}", cache_keys=cached_by)
    scan = Route("POST /scan", bodies.SCAN)
    request_package = Route("POST /packages/request", bodies.REQUEST_PACKAGE)
    return [
        Function("health", (Route("GET /health"),)),
        Function("get_package", (get_package,), (packages_r, keys_rw, referrals_rw)),
        Function("scan", (scan,), (packages_r, keys_rw, referrals_rw, enqueue), queue, memory=1024, timeout=28),
        Function("request_package", (request_package,), (packages_rw, keys_rw, enqueue), queue),
        Function("get_usage", (Route("GET /usage"),), (keys_r,)),
        Function("badge", (Route("GET /badge/{ecosystem}/{name}"),), (packages_r,)),
    ]


def _api(scope: Scope) -> RestApi:
    return RestApi(
        name=NAME,
        stage=STAGE,
        cors=Cors(
            ORIGIN,
            methods=("GET", "POST", "DELETE", "OPTIONS"),
            headers=("Content-Type", "X-API-Key", "X-Amz-Date", "Authorization", "Cookie"),
            extra_origins=DEV_ORIGINS if scope.environment == "development" else (),
        ),
        rate=50,
        burst=100,
        compress_over=1024,
        invalid_body='{"error":{"code":"validation_error","message":"$context.error.validationErrorString"}}',
    )


def _metric(api: Deployed, name: str, stat: str = "Sum") -> Metric:
    return Metric("AWS/ApiGateway", name, {"ApiName": api.api.Name, "Stage": STAGE}, stat)


def _alarms(api: Deployed, built: Iterable[Built]) -> list[Alarm]:
    rows = [
        Alarm(
            f"pkgwatch-api-{function.row.name.replace('_', '')}-errors",
            of_function(function.name, "Errors"),
            "> 5",
        )
        for function in built
    ]
    return [
        *rows,
        Alarm("pkgwatch-api-5xx-errors", _metric(api, "5XXError"), "> 10"),
        Alarm("pkgwatch-api-4xx-errors", _metric(api, "4XXError"), "> 100", 2),
        Alarm("pkgwatch-api-latency-p95", _metric(api, "Latency", "p95"), "> 2000", 3),
    ]


def _graphs(api: Deployed, built: dict[str, Built]) -> list[list[Graph]]:
    latency = [_metric(api, "Latency", stat) for stat in ("p50", "p90", "p99")]
    busy: list[Any] = [(name, built[name].name) for name in BUSY]
    return [
        [
            Graph("Requests", [_metric(api, "Count")]),
            Graph("Errors", [_metric(api, "4XXError"), _metric(api, "5XXError")], ("4xx", "5xx")),
            Graph("Latency", latency, ("p50", "p90", "p99")),
        ],
        [
            Graph(f"{name}: invocations and errors", [of_function(ref, "Invocations"), of_function(ref, "Errors")])
            for name, ref in busy
        ],
    ]
