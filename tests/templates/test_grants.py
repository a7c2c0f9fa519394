"""Does each function hold what its code uses, and nothing else?

Both sides are derived: what is used from the handlers' code (`handler_use`), what is held from the templates.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from pkgops.build.import_closure import ImportClosures
from pkgops.build.synth import resources
from templates.pkgwatch.config.upstreams import PLACES as UPSTREAMS
from tests.repository import SYSTEMS
from tests.templates.conftest import built
from tests.templates.handler_code import ROOT, entry, path_of, reachable
from tests.templates.handler_use import settings_fields, use

Find = Callable[..., dict[str, Any]]

# What an action is about, in the words of `handler_use`.
LEVELS = {"GetItem": "read", "PutItem": "write", "Scan": "scan"}
QUEUE = {"SendMessage": "send", "ReceiveMessage": "consume", "GetQueueAttributes": "depth"}
OBJECTS = {"GetObject": "read", "PutObject": "write"}
# Settings that lead to something the role must name too, and the kind of thing that is.
PLACES = {
    "package_queue_url": "sqs",
    "main_queue_url": "sqs",
    "dlq_url": "sqs",
    "discovery_queue_url": "sqs",
    "alert_topic_arn": "sns",
    "raw_data_bucket": "s3",
    "public_bucket": "s3",
}
# Environment variables a function does without: it knows a value of its own.
OPTIONAL = {
    *UPSTREAMS,
    "ALLOW_DEV_CORS",
    "DEDUP_WINDOW_MINUTES",
    "IP_HASH_SALT",
    "PAYMENT_GRACE_PERIOD_DAYS",
    "REDIRECT_FLOOR_SECONDS",
    "RESPONSE_FLOOR_SECONDS",
    "STRIPE_API_BASE",
    "TIER",  # and its number, _JITTER_MAX
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
    # Its breaker is the shared one in any case.
    "handlers/pkgwatch/pipeline/retry_dispatcher.py": {"USE_DISTRIBUTED_CIRCUIT_BREAKER"},
}
# Those whose tables `handler_use` tells apart; Kefir has one, and a reading of its own in test_kefir_grants.
CHECKED = [system for system in SYSTEMS if system != "kefir"]
CLOSURES = ImportClosures(ROOT)
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
        held(case.stack.system, case.template, logical_id, function["Properties"])
        for system in CHECKED
        for case in built(system, "prod")
        for logical_id, function in resources(case.template, "AWS::Lambda::Function")
    ]


def held(system: str, template: dict[str, Any], logical_id: str, function: dict[str, Any]) -> Held:
    role = template["Resources"][function["Role"]["Fn::GetAtt"][0]]["Properties"]
    found: set[tuple[str, str]] = set()
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            found |= meant(statement, served(template, logical_id))
    return Held(
        system,
        function["Code"]["S3Key"].removeprefix("asset://"),
        function["Environment"]["Variables"],
        frozenset(found),
    )


def served(template: dict[str, Any], logical_id: str) -> list[Any]:
    """What Lambda itself reads from and reports failures to with the function's role."""
    found = []
    for _, mapping in resources(template, "AWS::Lambda::EventSourceMapping"):
        properties = mapping["Properties"]
        if properties["FunctionName"]["Fn::GetAtt"][0] == logical_id:
            found.append(properties["EventSourceArn"])
            if "DestinationConfig" in properties:
                found.append(properties["DestinationConfig"]["OnFailure"]["Destination"])
    return found


def meant(statement: dict[str, Any], served: list[Any]) -> set[tuple[str, str]]:
    """What a statement lets the code do; nothing for what serves logs, traces and event sources."""
    actions = {action.split(":")[1] for action in statement["Action"]}
    service = statement["Action"][0].split(":")[0]
    own = [resource for resource in statement["Resource"] if resource not in served]
    if not own or service in ("logs", "xray"):
        return set()
    text = own[0]["Fn::Sub"] if isinstance(own[0], dict) and "Fn::Sub" in own[0] else ""
    if service == "dynamodb" and "table/" in text:
        return {(LEVELS[action], snake(_NAMED.findall(text)[-1])) for action in actions if action in LEVELS}
    if service == "secretsmanager":
        return {("secret", text.split(":secret:")[1].removesuffix("-??????"))}
    if service == "sqs":
        does = actions - {"GetQueueAttributes"} if "ReceiveMessage" in actions else actions
        return {("sqs", named(one)) for one in own} | {("sqs may", QUEUE[action]) for action in does if action in QUEUE}
    if service == "s3":
        bucket = _NAMED.findall(text)[-1].removeprefix("Storage").removesuffix("Name")
        return {("s3", bucket)} | {("s3 may", OBJECTS[action]) for action in actions if action in OBJECTS}
    if service == "cloudwatch":
        return {(service, statement["Condition"]["StringEquals"]["cloudwatch:namespace"])}
    if service == "sns":
        return {("sns", named(own[0]))}
    return {("dynamodbstreams" if service == "dynamodb" else service, "")}


def named(reference: dict[str, Any]) -> str:
    """What a reference is about, in whatever stack: ``PackageQueue`` of its ARN and of its URL."""
    attribute = reference.get("Fn::GetAtt")
    name = str(attribute[0] if attribute else reference["Ref"])
    for prefix in ("Pipeline", "Storage"):
        name = name.removeprefix(prefix)
    for suffix in ("Arn", "Url", "Name"):
        name = name.removesuffix(suffix)
    return name


def snake(parameter: str) -> str:
    """``StorageApiKeysTableName`` as ``api_keys``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", named({"Ref": parameter}).removesuffix("Table")).lower()


def used(one: Held) -> set[tuple[str, str]]:
    """What the code of a function reaches, as its role would name it."""
    found = use(one.handler)
    variables = settings_fields(one.system)
    secrets = {one.environment[variables[name]] for name in found.settings if name.endswith("_secret_arn")}
    reached = {(level, table) for table, level in found.tables} | {("secret", secret) for secret in secrets}
    for name in found.settings & set(PLACES):
        reached.add((PLACES[name], named(one.environment[variables[name]])))
    reached |= {(f"{service} may", does) for service, does in found.operations}
    if "cloudwatch" in found.services:
        reached.add(("cloudwatch", one.environment["METRICS_NAMESPACE"]))
    return reached | {(service, "") for service in found.services & {"ses", "lambda", "dynamodbstreams"}}


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
    documented = DOCUMENTED.get(one.handler.rpartition("/")[0], set()) | DOCUMENTED.get(one.handler, set())
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


@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
@pytest.mark.parametrize("stack", ["api", "pipeline"])
def test_the_played_upstreams_are_where_those_who_ask_them_are_led(template: Find, stack: str, stage: str) -> None:
    """On stage local, and nowhere else."""
    variables = settings_fields("pkgwatch")
    for _, function in resources(template("pkgwatch", stage, stack), "AWS::Lambda::Function"):
        path = function["Properties"]["Code"]["S3Key"].removeprefix("asset://")
        asked = {variables[name] for name in use(path).settings if variables.get(name) in UPSTREAMS}
        led = set(function["Properties"]["Environment"]["Variables"]) & set(UPSTREAMS)
        assert led == (asked if stage == "local" else set()), path


@pytest.mark.parametrize("one", functions(), ids=lambda one: one.handler)
def test_what_is_used_travels_in_the_zip(one: Held) -> None:
    """Two readings of the same imports: the packager's and this one's."""
    used_files = {path_of(module).relative_to(ROOT).as_posix() for module, _ in reachable(entry(one.handler))}
    assert used_files <= set(CLOSURES.of(one.handler).files)


def test_what_nobody_calls_does_not_count() -> None:
    """The redirect checks a code with a function whose file also looks codes up."""
    handler = "handlers/pkgwatch/api/referral_redirect.py"
    assert "handlers/pkgwatch/referrals/referral_codes.py" in CLOSURES.of(handler).files
    assert use(handler).tables == set()


def test_reading_does_not_count_as_writing() -> None:
    assert use("handlers/pkgwatch/api/get_api_keys.py").tables == {("api_keys", "read")}
    assert ("api_keys", "write") in use("handlers/pkgwatch/api/create_api_key.py").tables
    assert use("handlers/pkgwatch/api/reset_usage.py").tables >= {("api_keys", "scan"), ("api_keys", "write")}
