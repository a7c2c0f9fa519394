"""PkgWatch's pipeline stack is as documented; the tables here are those of the documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Find = Callable[..., dict[str, Any]]

DAY = 86_400
# (visibility, retention in days, dead letters, receives)
QUEUES = {
    "pkgwatch-package-queue": (1800, 14, "PackageDlqQueue", 3),
    "pkgwatch-package-dlq": (None, 14, None, None),
    "pkgwatch-discovery-queue": (1800, 1, "DiscoveryDlqQueue", 3),
    "pkgwatch-discovery-dlq": (None, 14, None, None),
    "pkgwatch-streams-dlq": (360, 14, None, None),
}

COMMON = {
    "PACKAGES_TABLE": {"Ref": "StoragePackagesTableName"},
    "API_KEYS_TABLE": {"Ref": "StorageApiKeysTableName"},
    "RAW_DATA_BUCKET": {"Ref": "StorageRawDataBucketName"},
    "GITHUB_TOKEN_SECRET_ARN": "pkgwatch/github-token",
    "PACKAGE_QUEUE_URL": {"Ref": "PackageQueue"},
}
METRICS = {"METRICS_NAMESPACE": "PkgWatch"}
SHARED = {"USE_DISTRIBUTED_CIRCUIT_BREAKER": "true"}
DLQ = {"DLQ_URL": {"Ref": "PackageDlqQueue"}}
DISPATCHER = {
    "Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:pkgwatch-refresh-dispatcher"
}
# (memory in MB, timeout in seconds, environment of its own)
FUNCTIONS = {
    "refresh-dispatcher": (512, 120, {}),
    "package-collector": (1024, 300, {**SHARED, "SKIP_BUNDLEPHOBIA": "true", **METRICS}),
    "score-calculator": (512, 120, {}),
    "streams-dlq-processor": (512, 120, METRICS),
    "dlq-processor": (
        512,
        120,
        {**DLQ, "MAIN_QUEUE_URL": {"Ref": "PackageQueue"}, "MAX_DLQ_RETRIES": "5", **METRICS},
    ),
    "retry-dispatcher": (512, 120, {"MAX_DISPATCH_PER_RUN": "300", **SHARED, **METRICS}),
    "data-status-metrics": (512, 120, METRICS),
    "pipeline-health": (512, 120, {**DLQ, **METRICS}),
    "graph-expander-dispatcher": (512, 300, {"DISCOVERY_QUEUE_URL": {"Ref": "DiscoveryQueue"}, **METRICS}),
    "graph-expander-worker": (1024, 300, METRICS),
    "publish-top-packages": (512, 300, {"PUBLIC_BUCKET": {"Ref": "StoragePublicDataBucketName"}, **METRICS}),
    "npmsio-audit": (1024, 600, METRICS),
    "pypi-audit": (1024, 600, METRICS),
    "seed-packages": (1024, 600, {"REFRESH_DISPATCHER_ARN": DISPATCHER}),
    "pypi-downloads-collector": (512, 600, METRICS),
    "npm-downloads-collector": (512, 600, METRICS),
    "openssf-collector": (512, 600, {}),
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
THIRD_DAYS = "1,4,7,10,13,16,19,22,25,28"


def refresh(tier: int, reason: str, part: int, total: int) -> dict[str, Any]:
    return {"tier": tier, "reason": reason, "sub_batch": part, "total_sub_batches": total}


# (function, expression, input)
SCHEDULES = {
    "daily-refresh": ("refresh-dispatcher", "cron(0 2 * * ? *)", {"tier": 1, "reason": "daily_refresh"}),
    **{
        f"three-day-refresh-{part}": (
            "refresh-dispatcher",
            f"cron(0 {hour} {THIRD_DAYS} * ? *)",
            refresh(2, "three_day_refresh", part, 3),
        )
        for part, hour in ((0, 8), (1, 10), (2, 12))
    },
    **{
        f"daily-tier3-{day}-{half}": (
            "refresh-dispatcher",
            f"cron(0 {hour} ? * {day.upper()} *)",
            refresh(3, "daily_tier3_refresh", 2 * number + (half == "b"), 14),
        )
        for number, day in enumerate(WEEKDAYS)
        for half, hour in (("a", 4), ("b", 6))
    },
    "pypi-downloads": ("pypi-downloads-collector", "rate(1 hour)", None),
    "npm-downloads": ("npm-downloads-collector", "rate(1 hour)", None),
    "openssf-collector": ("openssf-collector", "rate(2 hours)", None),
    "dlq-processor": ("dlq-processor", "rate(15 minutes)", None),
    "retry-dispatcher": ("retry-dispatcher", "rate(15 minutes)", None),
    "pipeline-health": ("pipeline-health", "rate(15 minutes)", None),
    "graph-expander-dispatcher": ("graph-expander-dispatcher", "cron(0 1 ? * TUE *)", None),
    "publish-top-packages": ("publish-top-packages", "cron(0 5 ? * MON *)", None),
    "npmsio-audit": ("npmsio-audit", "cron(0 2 1 1,4,7,10 ? *)", None),
    "pypi-audit": ("pypi-audit", "cron(0 3 1 1,4,7,10 ? *)", None),
    "data-status-metrics": ("data-status-metrics", "cron(0 6 * * ? *)", None),
}


@pytest.fixture
def pipeline(template: Find) -> dict[str, Any]:
    return template("pkgwatch", "prod", "pipeline")


def properties(template: dict[str, Any], kind: str, key: str) -> dict[str, dict[str, Any]]:
    return {r["Properties"][key]: r["Properties"] for r in template["Resources"].values() if r["Type"] == kind}


def test_queues(pipeline: dict[str, Any]) -> None:
    found = {}
    for name, queue in properties(pipeline, "AWS::SQS::Queue", "QueueName").items():
        redrive = queue.get("RedrivePolicy")
        dead = redrive["deadLetterTargetArn"]["Fn::GetAtt"][0] if redrive else None
        receives = redrive["maxReceiveCount"] if redrive else None
        days = queue["MessageRetentionPeriod"] / DAY
        found[name] = (queue.get("VisibilityTimeout"), days, dead, receives)
    assert found == QUEUES


def test_functions(pipeline: dict[str, Any]) -> None:
    found = {}
    for name, function in properties(pipeline, "AWS::Lambda::Function", "FunctionName").items():
        variables = function["Environment"]["Variables"]
        assert {key: variables.pop(key) for key in COMMON} == COMMON
        assert (function["Runtime"], function["Architectures"]) == ("python3.12", ["arm64"])
        found[name.removeprefix("pkgwatch-")] = (function["MemorySize"], function["Timeout"], variables)
    assert found == FUNCTIONS
    groups = properties(pipeline, "AWS::Logs::LogGroup", "LogGroupName")
    assert {group["RetentionInDays"] for group in groups.values()} == {30}


def test_schedules(pipeline: dict[str, Any]) -> None:
    found = {}
    for name, rule in properties(pipeline, "AWS::Events::Rule", "Name").items():
        (target,) = rule["Targets"]
        function = pipeline["Resources"][target["Arn"]["Fn::GetAtt"][0]]["Properties"]["FunctionName"]
        given = json.loads(target["Input"]) if "Input" in target else None
        found[name.removeprefix("pkgwatch-")] = (function.removeprefix("pkgwatch-"), rule["ScheduleExpression"], given)
        assert rule["State"] == "ENABLED", name
    assert found == SCHEDULES


def test_no_two_parts_of_a_tier_are_the_same() -> None:
    weekly = [given["sub_batch"] for name, (_, _, given) in SCHEDULES.items() if name.startswith("daily-tier3")]
    assert sorted(weekly) == list(range(14))


def test_on_stage_local_nothing_asks_an_upstream_by_itself(template: Find) -> None:
    rules = properties(template("pkgwatch", "local", "pipeline"), "AWS::Events::Rule", "Name")
    assert len(rules) == len(SCHEDULES)
    assert {name for name, rule in rules.items() if rule["State"] == "ENABLED"} == {
        "pkgwatch-data-status-metrics-local",
        "pkgwatch-pipeline-health-local",
        "pkgwatch-publish-top-packages-local",
    }


def test_queue_mappings(pipeline: dict[str, Any]) -> None:
    found = {}
    for resource in pipeline["Resources"].values():
        mapping = resource["Properties"]
        if resource["Type"] == "AWS::Lambda::EventSourceMapping" and "StartingPosition" not in mapping:
            assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            queue, function = (mapping[key]["Fn::GetAtt"][0] for key in ("EventSourceArn", "FunctionName"))
            concurrency = mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
            found[queue] = (function, mapping["BatchSize"], mapping.get("MaximumBatchingWindowInSeconds"), concurrency)
    assert found == {
        "PackageQueue": ("PackageCollectorFunction", 10, 30, 5),
        "StreamsDlqQueue": ("StreamsDlqProcessorFunction", 10, 30, None),
        "DiscoveryQueue": ("GraphExpanderWorkerFunction", 1, None, 5),
    }


def test_a_message_is_hidden_longer_than_its_function_runs(pipeline: dict[str, Any]) -> None:
    """Otherwise it is worked on twice, and SQS refuses the mapping."""
    resources = pipeline["Resources"]
    for resource in resources.values():
        if resource["Type"] == "AWS::Lambda::EventSourceMapping" and "StartingPosition" not in resource["Properties"]:
            queue, function = (
                resources[resource["Properties"][key]["Fn::GetAtt"][0]]["Properties"]
                for key in ("EventSourceArn", "FunctionName")
            )
            assert queue["VisibilityTimeout"] >= function["Timeout"]


def test_lambda_may_read_for_a_function_what_starts_it(pipeline: dict[str, Any]) -> None:
    resources = pipeline["Resources"]
    for resource in list(resources.values()):
        if resource["Type"] != "AWS::Lambda::EventSourceMapping":
            continue
        mapping = resource["Properties"]
        function = resources[mapping["FunctionName"]["Fn::GetAtt"][0]]["Properties"]
        (policy,) = resources[function["Role"]["Fn::GetAtt"][0]]["Properties"]["Policies"]
        reads = {
            action
            for statement in policy["PolicyDocument"]["Statement"]
            if mapping["EventSourceArn"] in statement["Resource"]
            for action in statement["Action"]
        }
        stream = {f"dynamodb:{name}" for name in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")}
        queue = {f"sqs:{name}" for name in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")}
        assert reads >= (stream if "StartingPosition" in mapping else queue), function["FunctionName"]


def test_stream_mapping(pipeline: dict[str, Any]) -> None:
    mapping = pipeline["Resources"]["ScoreCalculatorStream"]["Properties"]
    assert mapping["EventSourceArn"] == {"Ref": "StoragePackagesTableStreamArn"}
    assert (mapping["StartingPosition"], mapping["BatchSize"]) == ("LATEST", 10)
    assert mapping["MaximumRetryAttempts"] == 3
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["StreamsDlqQueue", "Arn"]}
    assert "BisectBatchOnFunctionError" not in mapping
    (only,) = mapping["FilterCriteria"]["Filters"]
    assert json.loads(only["Pattern"]) == {
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"NewImage": {"sk": {"S": ["LATEST"]}, "collected_at": {"S": [{"exists": True}]}}},
    }


def test_outputs(pipeline: dict[str, Any]) -> None:
    exports = {k: o["Export"]["Name"] for k, o in pipeline["Outputs"].items() if "Export" in o}
    assert exports == {
        "PackageQueueUrl": "PkgWatchPackageQueueUrl",
        "GitHubTokenSecretArn": "PkgWatchGitHubTokenSecretArn",
        "AlertTopicArn": "PkgWatchAlertTopicArn",
    }
