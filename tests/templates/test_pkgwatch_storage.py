"""PkgWatch's storage stack is as documented; the tables here are those of the documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Find = Callable[..., dict[str, Any]]

# index: (hash, range, projection); keys "x:N" are numbers
TABLES: dict[str, dict[str, Any]] = {
    "pkgwatch-packages": {
        "stream": "NEW_AND_OLD_IMAGES",
        "ttl": None,
        "indexes": {
            "risk-level-index": ("risk_level", "last_updated", "ALL"),
            "tier-index": ("tier:N", "last_updated", "KEYS_ONLY"),
            "data-status-index": (
                "data_status",
                "next_retry_at",
                {"retry_count", "retry_dispatched_at", "missing_sources", "tier"},
            ),
            "downloads-index": ("ecosystem", "weekly_downloads:N", {"name", "health_score", "risk_level"}),
        },
    },
    "pkgwatch-api-keys": {
        "stream": None,
        "ttl": "ttl",
        "indexes": {
            "key-hash-index": ("key_hash", None, "ALL"),
            "email-index": ("email", None, "ALL"),
            "verification-token-index": ("verification_token", None, "KEYS_ONLY"),
            "stripe-customer-index": ("stripe_customer_id", None, "ALL"),
            "magic-token-index": ("magic_token", None, "KEYS_ONLY"),
            "referral-code-index": ("referral_code", None, {"email"}),
            "recovery-session-index": ("recovery_session_id", None, "ALL"),
            "recovery-token-index": (
                "recovery_token",
                None,
                {"email", "ttl", "verified", "recovery_method", "email_change_initiated"},
            ),
            "change-token-index": (
                "change_token",
                None,
                {"old_email", "new_email", "ttl", "recovery_session_sk"},
            ),
        },
    },
    "pkgwatch-billing-events": {
        "stream": None,
        "ttl": "ttl",
        "indexes": {"customer-index": ("customer_id", "processed_at", "ALL")},
    },
    "pkgwatch-referral-events": {
        "stream": None,
        "ttl": "ttl",
        "indexes": {"retention-due-index": ("needs_retention_check", "retention_check_date", "ALL")},
    },
}
# (versioned, expire after days, noncurrent versions after days)
BUCKETS = {
    "pkgwatch-access-logs": (False, 90, None),
    "pkgwatch-raw-data": (True, 7, 7),
    "pkgwatch-public-data": (True, None, 30),
}
EXPORTS = {
    "PackagesTableName": "PkgWatchPackagesTable",
    "ApiKeysTableName": "PkgWatchApiKeysTable",
    "BillingEventsTableName": "PkgWatchBillingEventsTable",
    "ReferralEventsTableName": "PkgWatchReferralEventsTable",
    "RawDataBucketName": "PkgWatchRawDataBucket",
    "PublicDataBucketName": "PkgWatchPublicDataBucket",
}


@pytest.fixture
def storage(template: Find) -> dict[str, Any]:
    return template("pkgwatch", "prod", "storage")


def properties(storage: dict[str, Any], kind: str, key: str) -> dict[str, dict[str, Any]]:
    found = [r["Properties"] for r in storage["Resources"].values() if r["Type"] == kind]
    return {str(p[key]["Fn::Sub"] if isinstance(p[key], dict) else p[key]): p for p in found}


def test_tables(storage: dict[str, Any]) -> None:
    assert set(properties(storage, "AWS::DynamoDB::Table", "TableName")) == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_table(storage: dict[str, Any], name: str) -> None:
    table = properties(storage, "AWS::DynamoDB::Table", "TableName")[name]
    types = {a["AttributeName"]: a["AttributeType"] for a in table["AttributeDefinitions"]}

    def keys(schema: list[dict[str, str]]) -> tuple[str | None, str | None]:
        typed = {k["KeyType"]: k["AttributeName"] + (":N" if types[k["AttributeName"]] == "N" else "") for k in schema}
        return typed["HASH"], typed.get("RANGE")

    def projection(index: dict[str, Any]) -> Any:
        kind = index["Projection"]["ProjectionType"]
        return set(index["Projection"]["NonKeyAttributes"]) if kind == "INCLUDE" else kind

    indexes = {i["IndexName"]: (*keys(i["KeySchema"]), projection(i)) for i in table["GlobalSecondaryIndexes"]}
    assert keys(table["KeySchema"]) == ("pk", "sk")
    assert indexes == TABLES[name]["indexes"]
    assert table.get("StreamSpecification", {}).get("StreamViewType") == TABLES[name]["stream"]
    assert table.get("TimeToLiveSpecification", {}).get("AttributeName") == TABLES[name]["ttl"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    used = {a for i in TABLES[name]["indexes"].values() for a in i[:2] if a} | {"pk", "sk"}
    assert set(types) == {a.removesuffix(":N") for a in used}


@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
def test_tables_are_kept_and_protected_on_every_stage(template: Find, stage: str) -> None:
    for resource in template("pkgwatch", stage, "storage")["Resources"].values():
        if resource["Type"] == "AWS::DynamoDB::Table":
            assert resource["DeletionPolicy"] == "Retain"
            assert resource["Properties"]["DeletionProtectionEnabled"] is True


@pytest.mark.parametrize("name", BUCKETS)
def test_bucket(storage: dict[str, Any], name: str) -> None:
    buckets = properties(storage, "AWS::S3::Bucket", "BucketName")
    bucket = buckets[f"{name}-${{AWS::AccountId}}"]
    rules = bucket["LifecycleConfiguration"]["Rules"]
    expire = next((r["ExpirationInDays"] for r in rules if "ExpirationInDays" in r), None)
    old = [r["NoncurrentVersionExpiration"]["NoncurrentDays"] for r in rules if "NoncurrentVersionExpiration" in r]
    versioned = bucket.get("VersioningConfiguration", {}).get("Status") == "Enabled"
    assert (versioned, expire, old[0] if old else None) == BUCKETS[name]


def test_raw_bucket_logs_and_s3_may_deliver(storage: dict[str, Any]) -> None:
    raw = storage["Resources"]["RawDataBucket"]
    assert raw["Properties"]["LoggingConfiguration"] == {
        "DestinationBucketName": {"Ref": "AccessLogsBucket"},
        "LogFilePrefix": "raw-data-bucket/",
    }
    assert raw["DependsOn"] == ["AccessLogsBucketPolicy"]
    policy = storage["Resources"]["AccessLogsBucketPolicy"]["Properties"]["PolicyDocument"]
    delivery = next(s for s in policy["Statement"] if s["Effect"] == "Allow")
    assert delivery["Principal"] == {"Service": ["logging.s3.amazonaws.com"]}
    assert delivery["Action"] == ["s3:PutObject"]
    assert delivery["Resource"][0]["Fn::Sub"].endswith("/raw-data-bucket/*")
    source = delivery["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"]
    assert source.split(":::")[1] == raw["Properties"]["BucketName"]["Fn::Sub"]


def test_anybody_reads_published_data_only(storage: dict[str, Any]) -> None:
    policy = storage["Resources"]["PublicDataBucketPolicy"]["Properties"]["PolicyDocument"]
    public = next(s for s in policy["Statement"] if s["Effect"] == "Allow")
    assert public["Action"] == ["s3:GetObject"]
    assert [r["Fn::Sub"].split("/", 1)[1] for r in public["Resource"]] == ["data/*"]
    # The website has no TLS: reading what it publishes is all that may be done without.
    everything, below = [s for s in policy["Statement"] if s["Effect"] == "Deny"]
    assert (everything["Action"], everything["NotResource"]) == (
        ["s3:*"],
        [{"Fn::Sub": "${PublicDataBucket.Arn}/data/*"}],
    )
    assert (below["NotAction"], below["Resource"]) == (["s3:GetObject"], everything["NotResource"])
    assert everything["Condition"] == below["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    bucket = storage["Resources"]["PublicDataBucket"]["Properties"]
    assert bucket["WebsiteConfiguration"] == {"IndexDocument": "index.html"}


def test_backup(storage: dict[str, Any]) -> None:
    made = {r["Type"]: r for r in storage["Resources"].values() if r["Type"].startswith("AWS::Backup::")}
    assert made["AWS::Backup::BackupVault"]["Properties"]["BackupVaultName"] == "pkgwatch-backup-vault"
    assert made["AWS::Backup::BackupVault"]["DeletionPolicy"] == "Retain"
    plan = made["AWS::Backup::BackupPlan"]["Properties"]["BackupPlan"]
    assert plan["BackupPlanName"] == "pkgwatch-daily-backup"
    (rule,) = plan["BackupPlanRule"]
    assert rule == {
        "RuleName": "DailyBackup",
        "ScheduleExpression": "cron(0 5 * * ? *)",
        "StartWindowMinutes": 60,
        "CompletionWindowMinutes": 120,
        "Lifecycle": {"DeleteAfterDays": 35},
        "TargetBackupVault": {"Ref": "BackupVault"},
    }
    selected = made["AWS::Backup::BackupSelection"]["Properties"]["BackupSelection"]["Resources"]
    tables = {t for t, r in storage["Resources"].items() if r["Type"] == "AWS::DynamoDB::Table"}
    assert {r["Fn::GetAtt"][0] for r in selected} == tables
    role = storage["Resources"]["BackupRole"]["Properties"]
    assert role["ManagedPolicyArns"][0]["Fn::Sub"].endswith("/AWSBackupServiceRolePolicyForBackup")


def test_exports(storage: dict[str, Any]) -> None:
    exports = {k: o["Export"]["Name"] for k, o in storage["Outputs"].items() if "Export" in o}
    assert exports == EXPORTS
