"""Is the environment of Keyvex's web application the documented one, in its order?"""

from __future__ import annotations

import json

import pytest

from pkgops.config import Project
from pkgops.errors import UsageError
from pkgops.model import Stage
from pkgops.operate.env import EnvRequest, client_variables
from pkgops.operate.outputs import OutputRow
from tests.pkgops.fakes.secrets import FakeSecrets
from tests.repository import ROOT, load_system

DOCUMENTED = [
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "DYNAMODB_TABLE_NAME",
    "DYNAMODB_ENDPOINT",
    "REDIS_ENDPOINT",
    "REDIS_PORT",
    "SQS_AI_PROCESSING_QUEUE_URL",
    "SQS_ANALYTICS_QUEUE_URL",
    "SQS_EMAIL_QUEUE_URL",
    "S3_USER_UPLOADS_BUCKET",
    "S3_PUBLIC_ASSETS_BUCKET",
    "S3_TOOL_ASSETS_BUCKET",
    "CLOUDFRONT_DOMAIN",
    "WEBSOCKET_API_ENDPOINT",
    "SECRETS_MANAGER_REGION",
    "AI_SECRETS_ARN",
    "INTEGRATION_SECRETS_ARN",
    "DATABASE_SECRETS_ARN",
    "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY",
    "CLERK_SECRET_KEY",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "STRIPE_SECRET_KEY",
    "UNSPLASH_ACCESS_KEY",
]
DEBUG = ["DISABLE_AUTH_FOR_DEBUG", "DEBUG_USER_ID", "ENABLE_METRICS_TRACKING"]
COMPAT = [
    "WEBSOCKET_API_URL",
    "NEXT_PUBLIC_WEBSOCKET_API_ENDPOINT",
    "NEXT_PUBLIC_AWS_WEBSOCKET_URL",
    "AWS_STAGE",
    "NEXT_PUBLIC_APP_URL",
    "PERPLEXITY_API_KEY",
    "KV_REST_API_URL",
    "KV_REST_API_TOKEN",
    "AI_DEBUG",
]
SOCKET = "wss://a1.execute-api.us-east-1.amazonaws.com"


def project(stage: str) -> Project:
    system = load_system("keyvex")
    return Project(ROOT, Stage(stage), system, system.settings())


def deployed(stage: str, without: str = "") -> list[OutputRow]:
    """A value for every output that variables name."""
    system = load_system("keyvex")
    names = {one.output for one in system.variables if one.output and one.output != without}
    known = {"api.WebSocketApiEndpoint": SOCKET, "api.WebSocketStage": "prod" if stage == "prod" else "dev"}
    return [OutputRow(*name.split("."), known.get(name, f"value of {name}")) for name in sorted(names)]


def values(
    stage: str, request: EnvRequest, rows: list[OutputRow], secrets: FakeSecrets | None = None
) -> dict[str, str]:
    found = client_variables(project(stage), rows, request, secrets)
    return {one.name: one.value for one in found}


@pytest.mark.parametrize(("stage", "more"), [("dev", DEBUG), ("prod", [])])
def test_names_are_those_of_the_documents_in_their_order(stage: str, more: list[str]) -> None:
    assert list(values(stage, EnvRequest(), deployed(stage))) == DOCUMENTED + more
    assert list(values(stage, EnvRequest(compat=True), deployed(stage))) == DOCUMENTED + more + COMPAT


@pytest.mark.parametrize(("stage", "ending"), [("dev", "dev"), ("prod", "prod")])
def test_the_websocket_address_has_its_stage(stage: str, ending: str) -> None:
    found = values(stage, EnvRequest(compat=True), deployed(stage))
    for name in ("WEBSOCKET_API_ENDPOINT", *COMPAT[:3]):
        assert found[name] == f"{SOCKET}/{ending}"
    assert found["AWS_STAGE"] == ending


def test_credentials_are_nobodys_until_they_are_in_the_existing_file() -> None:
    assert values("dev", EnvRequest(), deployed("dev"))["AWS_ACCESS_KEY_ID"] == "AKIA..."
    kept = EnvRequest(kept={"AWS_ACCESS_KEY_ID": "AKIAOFTHEAPP", "CLERK_SECRET_KEY": "clerk"})
    found = values("dev", kept, deployed("dev"))
    assert (found["AWS_ACCESS_KEY_ID"], found["CLERK_SECRET_KEY"]) == ("AKIAOFTHEAPP", "clerk")
    assert found["AWS_SECRET_ACCESS_KEY"] == "..."


def test_keys_come_from_the_secrets_on_request_alone() -> None:
    secrets = FakeSecrets()
    secrets.values["keyvex/ai/development"] = json.dumps({"openai_api_key": "sk-1"})
    secrets.values["keyvex/integrations/development"] = json.dumps({"stripe_secret_key": "sk_2"})
    assert values("dev", EnvRequest(), deployed("dev"), secrets)["OPENAI_API_KEY"] == ""
    found = values("dev", EnvRequest(with_secrets=True), deployed("dev"), secrets)
    assert (found["OPENAI_API_KEY"], found["STRIPE_SECRET_KEY"]) == ("sk-1", "sk_2")


def test_without_redis_its_variables_are_empty_and_nothing_else_may_be_missing() -> None:
    rows = [row for row in deployed("dev") if "Redis" not in row.key]
    found = values("dev", EnvRequest(), rows)
    assert (found["REDIS_ENDPOINT"], found["REDIS_PORT"]) == ("", "")
    missing = deployed("dev", without="storage.UserUploadsBucketName")
    with pytest.raises(UsageError, match=r"storage\.UserUploadsBucketName"):
        values("dev", EnvRequest(), missing)
    assert values("dev", EnvRequest(allow_missing=True), missing)["S3_USER_UPLOADS_BUCKET"] == ""


def test_every_variable_names_an_output_that_a_template_has() -> None:
    from tests.templates.conftest import built

    outputs = {f"{case.stack.key}.{name}" for case in built("keyvex", "prod") for name in case.template["Outputs"]}
    assert {one.output for one in load_system("keyvex").variables if one.output} <= outputs
