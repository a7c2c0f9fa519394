"""Do Keyvex's alarms, its dashboard and its switches follow the documents?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.templates.test_keyvex import STAGES, WORDS, Find, of_kind

# Alarm without the environment: threshold, periods, seconds.
ALARMS = {
    "dynamo-read-throttle": (0, 1, 300),
    "dynamo-write-throttle": (0, 1, 300),
    "lambda-aiProcessor-errors": (5, 2, 300),
    "lambda-analyticsProcessor-errors": (5, 2, 300),
    "lambda-websocketHandler-errors": (5, 2, 300),
    "lambda-emailProcessor-errors": (5, 2, 300),
    "lambda-aiProcessor-duration": (720000, 3, 300),
    "lambda-analyticsProcessor-duration": (240000, 3, 300),
    "lambda-websocketHandler-duration": (24000, 3, 300),
    "lambda-emailProcessor-duration": (96000, 3, 300),
    "sqs-ai-processing-dlq-messages": (0, 1, 300),
    "sqs-analytics-dlq-messages": (0, 1, 300),
    "sqs-email-dlq-messages": (0, 1, 300),
    "sqs-ai-processing-backlog": (100, 2, 300),
    "sqs-analytics-backlog": (50, 2, 300),
    "sqs-email-backlog": (25, 2, 300),
    "sqs-ai-processing-age": (900, 2, 300),
    "sqs-analytics-age": (300, 2, 300),
    "sqs-email-age": (300, 2, 300),
    "api-gateway-errors": (10, 2, 300),
    "websocket-errors": (5, 2, 300),
    "ai-latency": (5000, 3, 300),
}
REDIS = {"redis-cpu": (80, 3, 300), "redis-memory": (80, 3, 300)}
GRAPHS = [
    "AI Operations - Cost",
    "AI Operations - Latency",
    "Lambda Functions - Invocations",
    "Lambda Functions - Errors",
    "DynamoDB - Read/Write Capacity",
    "DynamoDB - Throttles",
    "SQS Queues - Message Count",
    "SQS Queues - Message Age",
    "API Gateway - Requests",
    "WebSocket API - Connections",
]


def shown(alarm: dict[str, Any]) -> tuple[float, int, int]:
    period = alarm.get("Period") or alarm["Metrics"][0]["MetricStat"]["Period"]
    return alarm["Threshold"], alarm["EvaluationPeriods"], period


@pytest.mark.parametrize(
    ("golden", "stage", "dollars", "redis"),
    [("dev", "dev", 10, REDIS), ("prod", "prod", 100, REDIS), ("dev-without-redis", "dev", 10, {})],
)
def test_alarms_are_those_documented(
    template: Find, golden: str, stage: str, dollars: int, redis: dict[str, Any]
) -> None:
    rows = of_kind(template("keyvex", golden, "monitoring"), "CloudWatch::Alarm").values()
    found = {row["AlarmName"].removeprefix("keyvex-").removesuffix(f"-{WORDS[stage]}"): row for row in rows}
    expected = {**ALARMS, "ai-cost": (dollars, 1, 3600), **redis}
    assert {name: shown(row) for name, row in found.items()} == expected
    for row in rows:
        assert row["ComparisonOperator"] == "GreaterThanThreshold"
        assert (row["TreatMissingData"], len(row["AlarmActions"])) == ("notBreaching", 1)
        assert "OKActions" not in row


@STAGES
def test_the_dashboard_has_two_graphs_a_row(template: Find, stage: str) -> None:
    (board,) = of_kind(template("keyvex", stage, "monitoring"), "CloudWatch::Dashboard").values()
    widgets = json.loads(board["DashboardBody"]["Fn::Sub"])["widgets"]
    assert board["DashboardName"] == f"keyvex-dashboard-{WORDS[stage]}"
    assert [widget["properties"]["title"] for widget in widgets[:10]] == GRAPHS
    assert [(widget["x"], widget["y"]) for widget in widgets[:4]] == [(0, 0), (12, 0), (0, 6), (12, 6)]
    assert {(widget["width"], widget["height"]) for widget in widgets[:10]} == {(12, 6)}
    counted = [line[-1]["label"] for line in widgets[6]["properties"]["metrics"]]
    assert counted == [
        f"{queue}{dead}" for dead in ("", " dead letters") for queue in ("ai-processing", "analytics", "email")
    ]


def test_mail_is_sent_where_there_is_an_address(template: Find) -> None:
    without = of_kind(template("keyvex", "dev", "monitoring"), "SNS::Subscription")
    (subscription,) = of_kind(template("keyvex", "dev-lambda-vpc", "monitoring"), "SNS::Subscription").values()
    assert (without, subscription["Endpoint"]) == ({}, "admin@example.com")


@pytest.mark.parametrize(
    ("stage", "size"), [("dev", ("cache.t3.micro", 1, False, 1)), ("prod", ("cache.r6g.large", 2, True, 7))]
)
def test_redis_has_its_size(template: Find, stage: str, size: tuple[Any, ...]) -> None:
    (row,) = of_kind(template("keyvex", stage, "database"), "ElastiCache::ReplicationGroup").values()
    assert row["ReplicationGroupId"] == f"keyvex-redis-{WORDS[stage]}"
    assert size == (row["CacheNodeType"], row["NumCacheClusters"], row["MultiAZEnabled"], row["SnapshotRetentionLimit"])
    assert "redis_auth_token" in row["AuthToken"]["Fn::Sub"]


def test_without_redis_there_is_no_network_and_no_password_is_made(template: Find) -> None:
    database = template("keyvex", "dev-without-redis", "database")
    assert not [row["Type"] for row in database["Resources"].values() if "EC2" in row["Type"] or "Cache" in row["Type"]]
    assert not {"RedisEndpoint", "RedisPort", "VpcId"} & set(database["Outputs"])
    secret = of_kind(template("keyvex", "dev-without-redis", "security"), "SecretsManager::Secret")["DatabaseSecrets"]
    assert secret["GenerateSecretString"]["GenerateStringKey"] == "placeholder"
    assert set(json.loads(secret["GenerateSecretString"]["SecretStringTemplate"])) == {
        "encryption_key",
        "redis_auth_token",
    }
    for row in of_kind(template("keyvex", "dev-without-redis", "compute"), "Lambda::Function").values():
        assert not [name for name in row["Environment"]["Variables"] if name.startswith("REDIS")]


@pytest.mark.parametrize(("golden", "gateways"), [("dev-lambda-vpc", 1), ("prod-lambda-vpc", 2)])
def test_functions_in_the_network_reach_redis_and_the_internet(template: Find, golden: str, gateways: int) -> None:
    functions = of_kind(template("keyvex", golden, "compute"), "Lambda::Function").values()
    assert [len(row["VpcConfig"]["SubnetIds"]) for row in functions] == [2] * 4
    assert len(of_kind(template("keyvex", golden, "database"), "EC2::NatGateway")) == gateways
    roles = of_kind(template("keyvex", golden, "security"), "IAM::Role").values()
    assert sum("ec2:CreateNetworkInterface" in json.dumps(role) for role in roles) == 4


def test_the_table_for_behaviour_is_there_if_wanted(template: Find) -> None:
    (row,) = of_kind(template("keyvex", "prod-lambda-vpc", "user_behavior"), "DynamoDB::Table").values()
    assert row["TableName"] == "keyvex-user-behavior-tracking-production"
    assert (row["TimeToLiveSpecification"]["AttributeName"], row["DeletionProtectionEnabled"]) == ("TTL", True)
    assert {"AttributeName": "GSI1SK", "AttributeType": "N"} in row["AttributeDefinitions"]
    with pytest.raises(StopIteration):
        template("keyvex", "prod", "user_behavior")
