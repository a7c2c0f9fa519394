"""PkgWatch's API stack is as documented; the tables here are those of the documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Find = Callable[..., dict[str, Any]]

P, K = "table/StoragePackagesTableName", "table/StorageApiKeysTableName"
B, F = "table/StorageBillingEventsTableName", "table/StorageReferralEventsTableName"
Access = set[tuple[str, frozenset[str]]]


def on(table: str, operations: str) -> tuple[str, frozenset[str]]:
    """Operations on the items of a table: those the function's code uses (`tests/architecture/test_grants.py`)."""
    return table, frozenset(operations.split())


def secret(name: str) -> tuple[str, frozenset[str]]:
    return f"secret:pkgwatch/{name}-??????", frozenset({"GetSecretValue"})


SEND = ("PipelinePackageQueueArn", frozenset({"SendMessage"}))
ALERT_KEY = ("PipelineAlertTopicKeyArn", frozenset({"Decrypt", "GenerateDataKey"}))
ALERT = ("PipelineAlertTopicArn", frozenset({"Publish"}))
SES = ("identity/*", frozenset({"SendEmail", "SendRawEmail"}))
ITSELF = ("function:pkgwatch-api-reset-usage", frozenset({"InvokeFunction"}))
SESSION, STRIPE, WEBHOOK = (secret(name) for name in ("session-secret", "stripe-secret", "stripe-webhook"))
SALT = secret("ip-hash-salt")
SESSIONS = {"SESSION_SECRET_ARN"}
PRICES = {"STRIPE_PRICE_STARTER", "STRIPE_PRICE_PRO", "STRIPE_PRICE_BUSINESS"}
AUTH = {"BASE_URL", "API_URL", "VERIFICATION_EMAIL_SENDER", "LOGIN_EMAIL_SENDER"} | SESSIONS
SITE = {"BASE_URL"}

# (memory, timeout, further environment, what it may do)
FUNCTIONS: dict[str, tuple[int, int, set[str], Access]] = {
    "health": (512, 30, set(), set()),
    "get-package": (
        512,
        30,
        set(),
        {on(P, "GetItem"), on(K, "GetItem Query UpdateItem"), on(F, "ConditionCheckItem DeleteItem GetItem PutItem")},
    ),
    "scan": (
        1024,
        28,
        {"PACKAGE_QUEUE_URL"},
        {
            on(P, "BatchGetItem"),
            on(K, "GetItem Query UpdateItem"),
            on(F, "ConditionCheckItem DeleteItem GetItem PutItem"),
            SEND,
        },
    ),
    "request-package": (
        512,
        30,
        {"PACKAGE_QUEUE_URL", "IP_HASH_SALT_SECRET_ARN"},
        {on(P, "GetItem PutItem"), on(K, "UpdateItem"), SEND, SALT},
    ),
    "get-usage": (512, 30, set(), {on(K, "GetItem Query")}),
    "badge": (512, 30, set(), {on(P, "GetItem")}),
    "signup": (512, 30, AUTH, {on(K, "DeleteItem GetItem PutItem Query UpdateItem"), SES}),
    "resend-verification": (512, 30, AUTH, {on(K, "UpdateItem"), SES}),
    "verify-email": (
        512,
        30,
        AUTH,
        {on(K, "DeleteItem PutItem Query UpdateItem"), on(F, "ConditionCheckItem PutItem"), SESSION},
    ),
    "magic-link": (512, 30, AUTH, {on(K, "Query UpdateItem"), SES}),
    "auth-callback": (512, 30, AUTH, {on(K, "Query UpdateItem"), SESSION}),
    "auth-me": (512, 30, AUTH | PRICES, {on(K, "GetItem Query UpdateItem"), SESSION, STRIPE}),
    "logout": (512, 30, AUTH, set()),
    "get-pending-key": (512, 30, AUTH, {on(K, "DeleteItem GetItem"), SESSION}),
    "get-api-keys": (512, 30, AUTH, {on(K, "GetItem Query"), SESSION}),
    "create-api-key": (512, 30, AUTH, {on(K, "DeleteItem GetItem PutItem Query UpdateItem"), SESSION}),
    "revoke-api-key": (512, 30, AUTH, {on(K, "DeleteItem GetItem Query UpdateItem"), SESSION}),
    "get-pending-recovery-codes": (512, 30, AUTH, {on(K, "DeleteItem GetItem UpdateItem"), SESSION}),
    "account-recovery-codes": (512, 30, AUTH, {on(K, "GetItem Query UpdateItem"), SESSION}),
    "recovery-initiate": (512, 30, AUTH, {on(K, "GetItem PutItem Query UpdateItem")}),
    "recovery-verify-api-key": (512, 30, AUTH, {on(K, "GetItem Query UpdateItem"), SES}),
    "recovery-verify-code": (512, 30, AUTH, {on(K, "GetItem Query UpdateItem")}),
    "recovery-update-email": (512, 30, AUTH, {on(K, "DeleteItem GetItem PutItem Query UpdateItem"), SES}),
    "recovery-confirm-email": (512, 30, AUTH, {on(K, "DeleteItem GetItem PutItem Query UpdateItem"), SESSION, SES}),
    "referral-status": (512, 30, AUTH, {on(K, "GetItem Query UpdateItem"), on(F, "Query"), SESSION}),
    "add-referral-code": (
        512,
        30,
        AUTH,
        {on(K, "GetItem Query UpdateItem"), on(F, "ConditionCheckItem PutItem"), SESSION},
    ),
    "referral-redirect": (512, 30, SITE, set()),
    "referral-retention": (
        512,
        300,
        PRICES,
        {
            on(K, "GetItem Query UpdateItem"),
            on(F, "ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem"),
            STRIPE,
        },
    ),
    "referral-cleanup": (512, 300, set(), {on(K, "GetItem Scan UpdateItem")}),
    "create-checkout": (512, 30, PRICES | SITE | SESSIONS, {on(K, "GetItem Query"), STRIPE, SESSION}),
    "create-billing-portal": (512, 30, SITE | SESSIONS, {on(K, "GetItem Query"), STRIPE, SESSION}),
    "upgrade-preview": (512, 30, PRICES | SESSIONS, {on(K, "GetItem Query"), STRIPE, SESSION}),
    "upgrade-confirm": (512, 30, PRICES | SESSIONS, {on(K, "GetItem Query UpdateItem"), STRIPE, SESSION}),
    "stripe-webhook": (
        512,
        30,
        PRICES | SITE | {"ALERT_TOPIC_ARN", "LOGIN_EMAIL_SENDER"},  # the site: its mail leads there
        {
            on(K, "GetItem Query UpdateItem"),
            on(B, "PutItem UpdateItem"),
            on(F, "ConditionCheckItem DeleteItem GetItem PutItem"),
            STRIPE,
            WEBHOOK,
            ALERT,
            ALERT_KEY,
            SES,
        },
    ),
    "reset-usage": (
        512,
        300,
        {"BILLING_CYCLE_RESET_ENABLED"},
        {on(K, "DeleteItem GetItem PutItem Scan UpdateItem"), ITSELF},
    ),
    "backup-reset-usage": (512, 300, set(), {on(K, "Scan UpdateItem")}),
}
COMMON = {
    "PACKAGES_TABLE": {"Ref": "StoragePackagesTableName"},
    "API_KEYS_TABLE": {"Ref": "StorageApiKeysTableName"},
    "BILLING_EVENTS_TABLE": {"Ref": "StorageBillingEventsTableName"},
    "REFERRAL_EVENTS_TABLE": {"Ref": "StorageReferralEventsTableName"},
    "STRIPE_SECRET_ARN": "pkgwatch/stripe-secret",
    "STRIPE_WEBHOOK_SECRET_ARN": "pkgwatch/stripe-webhook",
}
SCHEDULES = {
    "pkgwatch-monthly-usage-reset": ("cron(0 0 1 * ? *)", "ResetUsageFunction"),
    "pkgwatch-daily-backup-usage-reset": ("cron(5 0 * * ? *)", "BackupResetUsageFunction"),
    "pkgwatch-referral-retention-check": ("cron(30 1 * * ? *)", "ReferralRetentionFunction"),
    "pkgwatch-referral-cleanup": ("cron(0 2 * * ? *)", "ReferralCleanupFunction"),
}


@pytest.fixture
def api(template: Find) -> dict[str, Any]:
    return template("pkgwatch", "prod", "api")


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {title: r["Properties"] for title, r in template["Resources"].items() if r["Type"] == kind}


def allowed(statement: dict[str, Any]) -> tuple[str, frozenset[str]]:
    """What a statement is about, in short, and which actions it allows."""
    resource = statement["Resource"][0]
    name = resource.get("Ref") or resource["Fn::Sub"].split("${AWS::AccountId}:")[1].replace("${", "").rstrip("}")
    return name, frozenset(action.split(":")[1] for action in statement["Action"])


def test_functions(api: dict[str, Any]) -> None:
    found = {}
    for function in of_type(api, "AWS::Lambda::Function").values():
        role = api["Resources"][function["Role"]["Fn::GetAtt"][0]]["Properties"]
        (policy,) = role["Policies"]
        own = [s for s in policy["PolicyDocument"]["Statement"] if not s["Action"][0].startswith(("logs:", "xray:"))]
        environment = function["Environment"]["Variables"]
        assert {key: environment[key] for key in COMMON} == COMMON
        found[function["FunctionName"].removeprefix("pkgwatch-api-")] = (
            function["MemorySize"],
            function["Timeout"],
            set(environment) - set(COMMON),
            {allowed(statement) for statement in own},
        )
        assert (function["Runtime"], function["Architectures"]) == ("python3.12", ["arm64"])
    assert found == FUNCTIONS
    assert {g["RetentionInDays"] for g in of_type(api, "AWS::Logs::LogGroup").values()} == {14}


def test_schedules(api: dict[str, Any]) -> None:
    rules = of_type(api, "AWS::Events::Rule").values()
    found = {r["Name"]: (r["ScheduleExpression"], r["Targets"][0]["Arn"]["Fn::GetAtt"][0]) for r in rules}
    assert found == SCHEDULES


@pytest.mark.parametrize(
    ("stage", "api_url", "sender"),
    [
        ("local", {"Fn::Sub": "http://127.0.0.1:4566/_aws/execute-api/${Api}/v1"}, "noreply@pkgwatch.dev"),
        (
            "dev",
            {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/v1"},
            "noreply@dev.pkgwatch.dev",
        ),
        ("prod", "https://api.pkgwatch.dev", "noreply@pkgwatch.dev"),
    ],
)
def test_links_in_mails_lead_back_to_the_stage(template: Find, stage: str, api_url: Any, sender: str) -> None:
    resources = template("pkgwatch", stage, "api")["Resources"]
    environment = resources["SignupFunction"]["Properties"]["Environment"]["Variables"]
    assert (environment["API_URL"], environment["BASE_URL"]) == (api_url, "https://pkgwatch.dev")
    assert environment["VERIFICATION_EMAIL_SENDER"] == environment["LOGIN_EMAIL_SENDER"] == sender
    assert resources["MailIdentity"]["Properties"] == {"EmailIdentity": sender.split("@")[1]}


def test_secrets_are_those_of_the_stage(template: Find) -> None:
    resources = template("pkgwatch", "dev", "api")["Resources"]
    environment = resources["StripeWebhookFunction"]["Properties"]["Environment"]["Variables"]
    assert environment["STRIPE_SECRET_ARN"] == "pkgwatch/stripe-secret-dev"
    assert environment["STRIPE_WEBHOOK_SECRET_ARN"] == "pkgwatch/stripe-webhook-dev"
    text = json.dumps(resources["StripeWebhookRole"])
    assert "secret:pkgwatch/stripe-secret-dev-??????" in text
    assert "secret:pkgwatch/stripe-webhook-dev-??????" in text


@pytest.mark.parametrize(("stage", "allowed"), [("local", "true"), ("dev", "true"), ("prod", None)])
def test_handlers_allow_pages_of_localhost_in_development(template: Find, stage: str, allowed: str | None) -> None:
    for function in of_type(template("pkgwatch", stage, "api"), "AWS::Lambda::Function").values():
        assert function["Environment"]["Variables"].get("ALLOW_DEV_CORS") == allowed
