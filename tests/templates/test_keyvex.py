"""Do Keyvex's templates hold what its documents say?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pkgops.model import Stage
from templates.keyvex import SYSTEM
from templates.keyvex.settings import Settings, check

Find = Callable[..., dict[str, Any]]
WORDS = {"dev": "development", "prod": "production"}
STAGES = pytest.mark.parametrize("stage", WORDS)
OUTPUTS = {
    "security": "AiSecretsArn IntegrationSecretsArn DatabaseSecretsArn AppAccessPolicyArn AiProcessorRoleArn "
    "AnalyticsProcessorRoleArn WebsocketHandlerRoleArn EmailProcessorRoleArn",
    "database": "DynamoDbTableName DynamoDbTableArn AiProcessingQueueUrl AiProcessingQueueArn AnalyticsQueueUrl "
    "AnalyticsQueueArn EmailQueueUrl EmailQueueArn TableName RedisEndpoint RedisPort VpcId "
    "AiProcessingDlqName AnalyticsDlqName EmailDlqName",
    "storage": "UserUploadsBucketName PublicAssetsBucketName ToolAssetsBucketName CloudFrontDistributionDomain "
    "CloudFrontDistributionId FileUploadRoleArn CloudFrontDomain",
    "compute": "AiProcessorFunctionName WebsocketHandlerFunctionName AnalyticsProcessorFunctionName "
    "EmailProcessorFunctionName AiProcessorFunctionArn WebsocketHandlerFunctionArn AnalyticsProcessorFunctionArn "
    "EmailProcessorFunctionArn",
    "api": "WebSocketApiEndpoint RestApiEndpoint WebSocketApiId WebSocketStage",
    "monitoring": "AlertTopicArn DashboardUrl",
}
# Queue: seconds visible, seconds kept, tries, the queue of its dead letters.
QUEUES = {
    "keyvex-ai-processing-queue": (5400, 1_209_600, 3, "AiProcessingDlqQueue"),
    "keyvex-analytics-queue": (1800, 604_800, 5, "AnalyticsDlqQueue"),
    "keyvex-email-queue": (720, 259_200, 3, "EmailDlqQueue"),
}
# Function: MB, seconds; the queue's batch, its window and how many run at once.
FUNCTIONS = {
    "keyvex-ai-processor": (1024, 900, (1, None, 10)),
    "keyvex-analytics-processor": (512, 300, (10, 5, None)),
    "keyvex-websocket-handler": (256, 30, None),
    "keyvex-email-processor": (256, 120, (5, None, None)),
}


def of_kind(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: row.get("Properties", {}) for name, row in template["Resources"].items() if row["Type"] == f"AWS::{kind}"
    }


@pytest.mark.parametrize("stack", OUTPUTS)
@STAGES
def test_documented_outputs_are_exported(template: Find, stage: str, stack: str) -> None:
    found = template("keyvex", stage, stack)
    exports = {key: row.get("Export", {}).get("Name") for key, row in found["Outputs"].items()}
    for key in OUTPUTS[stack].split():
        assert exports[key] == f"Keyvex-{WORDS[stage]}-{key}"
    plain = {"security": {"Environment"}, "compute": {"LambdaBuildTime"}}.get(stack, set())
    assert {key for key, export in exports.items() if export is None} == plain
    assert found["Description"].endswith(f" Stack - {WORDS[stage]}")


@STAGES
def test_every_stack_is_tagged(stage: str) -> None:
    expected = {"Project": "Keyvex", "Environment": WORDS[stage], "ManagedBy": "pkgops", "CostCenter": "Engineering"}
    assert SYSTEM.tags(Stage(stage)) == expected


@STAGES
def test_queues_are_visible_six_times_as_long_as_a_function_may_run(template: Find, stage: str) -> None:
    found = of_kind(template("keyvex", stage, "database"), "SQS::Queue")
    rows = {row["QueueName"].removesuffix(f"-{WORDS[stage]}"): row for row in found.values()}
    for name, expected in QUEUES.items():
        redrive = rows[name]["RedrivePolicy"]
        dead = redrive["deadLetterTargetArn"]["Fn::GetAtt"][0]
        shown = (
            rows[name]["VisibilityTimeout"],
            rows[name]["MessageRetentionPeriod"],
            redrive["maxReceiveCount"],
            dead,
        )
        assert shown == expected
        assert found[dead]["MessageRetentionPeriod"] == 1_209_600
    assert len(rows) == 6


@STAGES
def test_functions_have_their_size_and_their_queue(template: Find, stage: str) -> None:
    compute = template("keyvex", stage, "compute")
    mappings = {
        row["FunctionName"]["Fn::GetAtt"][0]: row for row in of_kind(compute, "Lambda::EventSourceMapping").values()
    }
    for title, row in of_kind(compute, "Lambda::Function").items():
        memory, timeout, queue = FUNCTIONS[row["FunctionName"].removesuffix(f"-{WORDS[stage]}")]
        assert (row["MemorySize"], row["Timeout"], row["Architectures"]) == (memory, timeout, ["x86_64"])
        assert row["Environment"]["Variables"]["ENVIRONMENT"] == WORDS[stage]
        assert "VpcConfig" not in row
        if queue is None:
            assert title not in mappings
            continue
        mapping = mappings[title]
        most = mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
        assert (mapping["BatchSize"], mapping.get("MaximumBatchingWindowInSeconds"), most) == queue
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize(("stage", "days"), [("dev", 14), ("prod", 90)])
def test_logs_are_kept_longer_in_production(template: Find, stage: str, days: int) -> None:
    groups = of_kind(template("keyvex", stage, "compute"), "Logs::LogGroup")
    assert [row["RetentionInDays"] for row in groups.values()] == [days] * 4


@pytest.mark.parametrize(("stage", "policy"), [("dev", "Delete"), ("prod", "Retain")])
def test_data_outlives_the_stacks_of_production_alone(template: Find, stage: str, policy: str) -> None:
    kept = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret")
    found = [
        (row["DeletionPolicy"], row["UpdateReplacePolicy"])
        for stack in ("security", "database", "storage")
        for row in template("keyvex", stage, stack)["Resources"].values()
        if row["Type"] in kept
    ]
    assert found == [(policy, policy)] * 7


@STAGES
def test_the_table_is_as_documented(template: Find, stage: str) -> None:
    (row,) = of_kind(template("keyvex", stage, "database"), "DynamoDB::Table").values()
    assert row["TableName"] == f"keyvex-main-table-{WORDS[stage]}"
    assert [key["AttributeName"] for key in row["KeySchema"]] == ["PK", "SK"]
    assert [index["IndexName"] for index in row["GlobalSecondaryIndexes"]] == ["GSI1", "GSI2"]
    assert row["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert row["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert (row["BillingMode"], row["SSESpecification"]) == ("PAY_PER_REQUEST", {"SSEEnabled": True})


@STAGES
def test_the_websocket_api_has_three_open_routes(template: Find, stage: str) -> None:
    found = template("keyvex", stage, "api")
    routes = of_kind(found, "ApiGatewayV2::Route").values()
    assert {row["RouteKey"]: row["AuthorizationType"] for row in routes} == dict.fromkeys(
        ("$connect", "$disconnect", "$default"), "NONE"
    )
    (stages,) = of_kind(found, "ApiGatewayV2::Stage").values()
    assert (stages["StageName"], stages["AutoDeploy"]) == ("prod" if stage == "prod" else "dev", True)
    assert stages["StageName"] == found["Outputs"]["WebSocketStage"]["Value"]
    assert len(of_kind(found, "Lambda::Permission")) == 3


@STAGES
def test_the_rest_api_answers_preflights_and_a_sign_of_life(template: Find, stage: str) -> None:
    found = template("keyvex", stage, "api")
    methods = of_kind(found, "ApiGateway::Method")
    assert {row["Integration"]["Type"] for row in methods.values()} == {"MOCK"}
    (answer,) = methods["ApiOptions"]["Integration"]["IntegrationResponses"]
    origin = answer["ResponseParameters"]["method.response.header.Access-Control-Allow-Origin"]
    assert origin == ("'https://keyvex.com'" if stage == "prod" else "'*'")
    assert ("https://www.keyvex.com" in json.dumps(answer)) == (stage == "prod")
    assert [row["StageName"] for row in of_kind(found, "ApiGateway::Stage").values()] == ["prod"]
    assert of_kind(found, "ApiGateway::Account") == {}
    assert of_kind(template("keyvex", "dev-without-redis", "api"), "ApiGateway::Account") != {}


@STAGES
def test_secrets_have_their_fields_and_a_made_one(template: Find, stage: str) -> None:
    found = of_kind(template("keyvex", stage, "security"), "SecretsManager::Secret")
    fields = {
        name: (
            *json.loads(row["GenerateSecretString"]["SecretStringTemplate"]),
            row["GenerateSecretString"]["GenerateStringKey"],
        )
        for name, row in found.items()
    }
    assert fields == {
        "AiSecrets": ("openai_api_key", "anthropic_api_key", "openai_organization", "placeholder"),
        "IntegrationSecrets": (
            *("unsplash_access_key", "unsplash_secret_key", "sendgrid_api_key", "stripe_secret_key"),
            "placeholder",
        ),
        "DatabaseSecrets": ("encryption_key", "redis_auth_token"),
    }
    assert {row["Name"] for row in found.values()} == {
        f"keyvex/{part}/{WORDS[stage]}" for part in ("ai", "integrations", "database")
    }


def test_settings_that_cannot_be_are_refused() -> None:
    wrong = {
        "redis": "on",
        "log_level": "LOUD",
        "connection_ttl_seconds": 0,
        "ai_latency_alert_ms": 0,
        "ai_cost_alert_usd": 0.0,
        "ai_model_overrides": "[1]",
        "providers": "some",
    }
    assert check(Stage("dev"), Settings()) == []
    for name, value in wrong.items():
        assert check(Stage("dev"), Settings(**{name: value})), name
    assert "REDIS" in check(Stage("dev"), Settings(lambda_vpc=True, redis="disabled"))[0]
