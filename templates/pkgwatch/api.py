"""The API stack: the functions behind PkgWatch's REST API, its firewall, domain, mail, alarms and dashboard."""

from __future__ import annotations

from collections.abc import Iterable

from pkgops.kit.alarms import Alarm, alarms
from pkgops.kit.dashboard import Graph, dashboard
from pkgops.kit.function import FunctionDefaults, FunctionResource, functions
from pkgops.kit.mail import mail_identity
from pkgops.kit.metrics import Metric, function_metric, throttled_requests
from pkgops.kit.secret import partial_arn
from pkgops.kit.web.cors import Cors
from pkgops.kit.web.rest_api import RestApi, RestApiResources, custom_domain, rest_api
from pkgops.kit.web.web_acl import BODY_SIZE, BodySizeRule, ManagedRuleGroup, RateLimitRule, web_acl
from pkgops.scope import Scope
from templates.pkgwatch import routes
from templates.pkgwatch.config.settings import api_domain, mail_domain
from templates.pkgwatch.routes.access import PREFIX, STAGE, STRIPE_SECRET, STRIPE_WEBHOOK_SECRET

ORIGIN = "https://pkgwatch.dev"
DEV_ORIGINS = ("http://localhost:3000", "http://localhost:4321")
NAME = "PkgWatch API"
FIREWALL = (
    ManagedRuleGroup("CommonRuleSet", "AWSManagedRulesCommonRuleSet", 10, counted=(BODY_SIZE,)),
    # A thousand names and Stripe's events are larger than 8 KB.
    BodySizeRule("BodySize", priority=15, larger=("/scan", "/webhooks/stripe")),
    ManagedRuleGroup("KnownBadInputs", "AWSManagedRulesKnownBadInputsRuleSet", 20),
    ManagedRuleGroup("AmazonIpReputationList", "AWSManagedRulesAmazonIpReputationList", 25),
    ManagedRuleGroup("SQLiRuleSet", "AWSManagedRulesSQLiRuleSet", 27),
    RateLimitRule("RateLimit", limit=500, priority=30),
)
# Logging out cannot fail, and the daily reset only repairs what the webhook missed.
NO_ERROR_ALARM = ("logout", "backup_reset_usage")
# Functions with graphs of their own: the busiest, those that sign users in, those that sell.
BUSY = ("get_package", "scan", "stripe_webhook")
SIGN_IN = ("signup", "magic_link", "auth_callback")
# Variables of all functions that have to do with accounts.
DOCUMENTED_FOR_ACCOUNTS = (
    "API_URL",
    "BASE_URL",
    "LOGIN_EMAIL_SENDER",
    "SESSION_SECRET_ARN",
    "VERIFICATION_EMAIL_SENDER",
)
PURCHASES = ("create_checkout", "upgrade_confirm")


def build(scope: Scope) -> None:
    """The functions, the REST API in front of them, its firewall and domain, mail, alarms and dashboard."""
    built = functions(scope, _defaults(scope), routes.rows(scope))
    api = rest_api(scope, _api(scope), built.values())
    web_acl(scope, "pkgwatch-api-waf", FIREWALL, api.stage_arn, api.stage.title)
    alarms(scope, scope.use("pipeline.AlertTopicArn"), _alarms(scope, api, built.values()))
    dashboard(scope, "PkgWatch-API", _graphs(api, built))
    tokens = mail_identity(scope, mail_domain(scope.stage, scope.settings))
    scope.output("SesDkimTokens", tokens)
    scope.output("ApiUrl", api.url, "PkgWatchApiUrl")
    _secrets(scope)
    domain = api_domain(scope.stage, scope.settings)
    if domain:
        made = custom_domain(scope, domain, api)
        scope.output("ApiCustomDomainTarget", made.target, "PkgWatchApiCustomDomainTarget")
        scope.output("ApiCertificateArn", made.certificate, "PkgWatchApiCertificateArn")
    _accept(scope)


def _accept(scope: Scope) -> None:
    for name in (*_defaults(scope).environment, *DOCUMENTED_FOR_ACCOUNTS):
        scope.accept("P206", subject=name, reason="the documents give it to functions that do not read it")
    if not scope.stage.local:
        scope.accept("P205", subject="STRIPE_API_BASE", reason="without it Stripe's library uses Stripe's own address")


def _secrets(scope: Scope) -> None:
    for output, secret in (("StripeSecretArn", STRIPE_SECRET), ("StripeWebhookSecretArn", STRIPE_WEBHOOK_SECRET)):
        scope.output(output, partial_arn(scope, secret), f"PkgWatch{output}")


def _defaults(scope: Scope) -> FunctionDefaults:
    environment = {
        "PACKAGES_TABLE": scope.use("storage.PackagesTableName"),
        "API_KEYS_TABLE": scope.use("storage.ApiKeysTableName"),
        "BILLING_EVENTS_TABLE": scope.use("storage.BillingEventsTableName"),
        "REFERRAL_EVENTS_TABLE": scope.use("storage.ReferralEventsTableName"),
        # Names, not ARNs: Secrets Manager takes both as the id of a secret. A function's row says what it may read.
        "STRIPE_SECRET_ARN": scope.named(STRIPE_SECRET),
        "STRIPE_WEBHOOK_SECRET_ARN": scope.named(STRIPE_WEBHOOK_SECRET),
    }
    if scope.environment == "development":
        environment["ALLOW_DEV_CORS"] = "true"
    return FunctionDefaults("handlers/pkgwatch/api", PREFIX, environment, retention=14)


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


def _metric(api: RestApiResources, name: str, stat: str = "Sum") -> Metric:
    return Metric("AWS/ApiGateway", name, {"ApiName": api.api.Name, "Stage": STAGE}, stat)


def _alarms(scope: Scope, api: RestApiResources, built: Iterable[FunctionResource]) -> list[Alarm]:
    billing = throttled_requests(
        scope.use("storage.BillingEventsTableName"), ("PutItem", "GetItem", "Query", "UpdateItem", "DeleteItem")
    )
    bounces, complaints = (
        Metric("AWS/SES", f"Reputation.{kind}Rate", {}, "Average", 3600) for kind in ("Bounce", "Complaint")
    )
    return [
        *(_errors(function) for function in built if function.row.name not in NO_ERROR_ALARM),
        Alarm("pkgwatch-api-5xx-errors", _metric(api, "5XXError"), "> 10"),
        Alarm("pkgwatch-api-4xx-errors", _metric(api, "4XXError"), "> 100", 2),
        Alarm("pkgwatch-api-latency-p95", _metric(api, "Latency", "p95"), "> 2000", 3),
        Alarm("pkgwatch-billing-events-throttling", billing, ">= 1"),
        Alarm("pkgwatch-ses-bounce-rate", bounces, "> 0.05"),
        Alarm("pkgwatch-ses-complaint-rate", complaints, "> 0.001"),
    ]


def _errors(function: FunctionResource) -> Alarm:
    name = f"{PREFIX}{function.row.name.replace('_', '')}-errors"
    return Alarm(name, function_metric(function.name, "Errors"), "> 5")


def _graphs(api: RestApiResources, built: dict[str, FunctionResource]) -> list[list[Graph]]:
    latency = [_metric(api, "Latency", stat) for stat in ("p50", "p90", "p99")]
    return [
        [
            Graph("Requests", [_metric(api, "Count")]),
            Graph("Errors", [_metric(api, "4XXError"), _metric(api, "5XXError")], ("4xx", "5xx")),
            Graph("Latency", latency, ("p50", "p90", "p99")),
        ],
        [
            Graph(
                f"{name}: invocations and errors",
                [function_metric(built[name].name, "Invocations"), function_metric(built[name].name, "Errors")],
            )
            for name in BUSY
        ],
        [
            Graph(title, [function_metric(built[name].name, "Invocations") for name in names], names)
            for title, names in (("Getting in", SIGN_IN), ("Paying", PURCHASES))
        ],
    ]
