"""Does each function hold what its code uses, and nothing else?

Both sides are derived: what is used from the handlers' code (`handler_use`), what is held from the templates.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import templates
from pkgops.closure import Closures
from pkgops.synth import resources
from tests.templates.conftest import built
from tests.templates.handler_use import ROOT, entry, path_of, reachable, settings_fields, use

Find = Callable[..., dict[str, Any]]

# What an action is about, in the words of `handler_use`.
LEVELS = {"GetItem": "read", "PutItem": "write", "Scan": "scan"}
# Environment variables a function does without: it knows a value of its own.
OPTIONAL = {
    "ALLOW_DEV_CORS",
    "DEPSDEV_BASE_URL",
    "IP_HASH_SALT",
    "PAYMENT_GRACE_PERIOD_DAYS",
    "REDIRECT_FLOOR_SECONDS",
    "RESPONSE_FLOOR_SECONDS",
    "STRIPE_API_BASE",
}
# Variables the documents give to all functions of a folder; what each may reach with them is a matter of grants.
TABLE_NAMES = {"PACKAGES_TABLE", "API_KEYS_TABLE", "BILLING_EVENTS_TABLE", "REFERRAL_EVENTS_TABLE"}
DOCUMENTED = {
    "handlers/pkgwatch/api": {
        *TABLE_NAMES,
        "STRIPE_SECRET_ARN",
        "STRIPE_WEBHOOK_SECRET_ARN",
        # To all that have to do with accounts.
        "BASE_URL",
        "API_URL",
        "SESSION_SECRET_ARN",
        "VERIFICATION_EMAIL_SENDER",
        "LOGIN_EMAIL_SENDER",
    },
    "handlers/pkgwatch/pipeline": {*TABLE_NAMES, "RAW_DATA_BUCKET", "GITHUB_TOKEN_SECRET_ARN", "PACKAGE_QUEUE_URL"},
}
CLOSURES = Closures(ROOT)
_NAMED = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Held:
    """A function of a template: its handler's path, its environment, and what its role allows as (kind, name)."""

    system: str
    handler: str
    environment: dict[str, Any]
    grants: frozenset[tuple[str, str]]


def functions() -> list[Held]:
    return [
        held(case.stack.system, case.template, function["Properties"])
        for system in templates.SYSTEMS
        for case in built(system, "prod")
        for _, function in resources(case.template, "AWS::Lambda::Function")
    ]


def held(system: str, template: dict[str, Any], function: dict[str, Any]) -> Held:
    role = template["Resources"][function["Role"]["Fn::GetAtt"][0]]["Properties"]
    found: set[tuple[str, str]] = set()
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            found |= meant(statement, failures(template))
    return Held(
        system,
        function["Code"]["S3Key"].removeprefix("asset://"),
        function["Environment"]["Variables"],
        frozenset(found),
    )


def failures(template: dict[str, Any]) -> list[Any]:
    """Where Lambda itself sends what a stream's batch failed of, with the function's role."""
    mappings = [r["Properties"] for _, r in resources(template, "AWS::Lambda::EventSourceMapping")]
    return [one["DestinationConfig"]["OnFailure"]["Destination"] for one in mappings if "DestinationConfig" in one]


def meant(statement: dict[str, Any], delivered: list[Any]) -> set[tuple[str, str]]:
    """What a statement lets the code do; nothing for what serves logs, traces and event sources."""
    actions = {action.split(":")[1] for action in statement["Action"]}
    service = statement["Action"][0].split(":")[0]
    resource = statement["Resource"][0]
    text = resource["Fn::Sub"] if isinstance(resource, dict) and "Fn::Sub" in resource else ""
    if service == "dynamodb" and "table/" in text:
        name = _NAMED.findall(text)[-1].removeprefix("Storage").removesuffix("TableName")
        table = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
        return {(LEVELS[action], table) for action in actions if action in LEVELS}
    if service == "secretsmanager":
        return {("secret", text.split(":secret:")[1].removesuffix("-??????"))}
    if service in ("sqs", "sns") and resource not in delivered and actions & {"SendMessage", "Publish"}:
        return {(service, resource["Ref"].removeprefix("Pipeline").removesuffix("Arn"))}
    return {(service, "")} if service in ("ses", "lambda") else set()


def used(one: Held) -> set[tuple[str, str]]:
    """What the code of a function reaches, as its role would name it."""
    found = use(one.handler)
    variables = settings_fields(one.system)
    secrets = {one.environment[variables[name]] for name in found.settings if name.endswith("_secret_arn")}
    reached = {(level, table) for table, level in found.tables} | {("secret", secret) for secret in secrets}
    for name, service, suffix in (("package_queue_url", "sqs", "Url"), ("alert_topic_arn", "sns", "Arn")):
        if name in found.settings:
            reference = one.environment[variables[name]]["Ref"]
            reached.add((service, reference.removeprefix("Pipeline").removesuffix(suffix)))
    return reached | {(service, "") for service in found.services & {"ses", "lambda"}}


@pytest.mark.parametrize("one", functions(), ids=lambda one: one.handler)
def test_a_function_may_do_what_its_code_does(one: Held) -> None:
    assert used(one) - one.grants == set()


@pytest.mark.parametrize("one", functions(), ids=lambda one: one.handler)
def test_a_function_may_do_nothing_else(one: Held) -> None:
    """Who writes items may read them: conditions and old values tell what was there."""
    needed = used(one)
    needed |= {("read", table) for level, table in needed if level == "write"}
    assert one.grants - needed == set()


@pytest.mark.parametrize("one", functions(), ids=lambda one: one.handler)
def test_a_function_is_told_what_it_asks_its_environment(one: Held) -> None:
    variables = {settings_fields(one.system)[name] for name in use(one.handler).settings}
    assert variables - OPTIONAL - set(one.environment) == set()
    documented = DOCUMENTED[one.handler.rpartition("/")[0]]
    assert set(one.environment) - documented - variables == set()


@pytest.mark.parametrize("one", functions(), ids=lambda one: one.handler)
def test_the_names_of_tables_do_not_deceive(one: Held) -> None:
    """The tables told apart by name are those the container opens."""
    found = use(one.handler)
    opened = {name.removesuffix("_table") for name in found.settings if name.endswith("_table")}
    assert {table for table, _ in found.tables} == opened


def test_the_local_stripe_is_where_its_callers_are_led(template: Find) -> None:
    for function in template("pkgwatch", "local", "api")["Resources"].values():
        if function["Type"] == "AWS::Lambda::Function":
            properties = function["Properties"]
            asks = "stripe_api_base" in use(properties["Code"]["S3Key"].removeprefix("asset://")).settings
            assert ("STRIPE_API_BASE" in properties["Environment"]["Variables"]) is asks, properties["FunctionName"]


@pytest.mark.parametrize("one", functions(), ids=lambda one: one.handler)
def test_what_is_used_travels_in_the_zip(one: Held) -> None:
    """Two readings of the same imports: the packager's and this one's."""
    used_files = {path_of(module).relative_to(ROOT).as_posix() for module, _ in reachable(entry(one.handler))}
    assert used_files <= set(CLOSURES.of(one.handler).files)


def test_what_nobody_calls_does_not_count() -> None:
    """The redirect checks a code with a function whose file also looks codes up."""
    handler = "handlers/pkgwatch/api/referral_redirect.py"
    assert "handlers/pkgwatch/shared/referral_codes.py" in CLOSURES.of(handler).files
    assert use(handler).tables == set()


def test_reading_does_not_count_as_writing() -> None:
    assert use("handlers/pkgwatch/api/get_api_keys.py").tables == {("api_keys", "read")}
    assert ("api_keys", "write") in use("handlers/pkgwatch/api/create_api_key.py").tables
    assert use("handlers/pkgwatch/api/reset_usage.py").tables >= {("api_keys", "scan"), ("api_keys", "write")}
