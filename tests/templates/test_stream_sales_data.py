"""Does Stream Sales' template hold what its documents say of secrets, database, images and alarms?"""

from __future__ import annotations

import json
import random
import string
from typing import Any

import pytest

from tests.templates.test_stream_sales import STAGES, WORDS, of_kind, one, rows

# Stage: capacity, seconds until a pause, days of backups, protected, what happens with the stack, seconds between
# measures, days of its log.
DATABASES = {
    "dev": (0, 4, 600, 7, False, "Delete", None, None),
    "dev-protected": (0, 4, 600, 7, True, "Delete", None, None),
    "staging": (2, 8, None, 7, False, "Snapshot", None, 7),
    "prod": (4, 16, None, 30, True, "Snapshot", 60, 30),
    "prod-alarms": (4, 16, None, 30, False, "Snapshot", 60, 30),
}
KINDS = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeUppercase": string.ascii_uppercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
}


def generated(rules: dict[str, Any], seed: int) -> str:
    """A value as Secrets Manager makes one: of all kinds of characters that are not left out, one of each at least."""
    chance, unwanted = random.Random(seed), set(rules.get("ExcludeCharacters", ""))
    kinds = [chars for switch, chars in KINDS.items() if not rules.get(switch)]
    kinds += [" "] if rules.get("IncludeSpace") else []
    kinds = [left for chars in kinds if (left := "".join(sorted(set(chars) - unwanted)))]
    chosen = [chance.choice(chars) for chars in kinds]
    chosen += chance.choices("".join(kinds), k=rules.get("PasswordLength", 32) - len(chosen))
    chance.shuffle(chosen)
    return "".join(chosen)


def rules(stage: str, name: str) -> dict[str, Any]:
    found = {row["Name"]: row for row in of_kind(stage, "SecretsManager::Secret").values()}
    value: dict[str, Any] = found[f"stream-sales/{WORDS[stage]}/{name}"]["GenerateSecretString"]
    return value


@STAGES
@pytest.mark.parametrize("seed", range(20))
def test_the_encryption_key_is_64_hexadecimal_digits(stage: str, seed: int) -> None:
    key = generated(rules(stage, "encryption/key"), seed)
    assert len(bytes.fromhex(key)) == 32
    assert key == key.lower()


@STAGES
def test_the_other_secrets_are_letters_and_digits(stage: str) -> None:
    jwt = generated(rules(stage, "jwt/secret"), 1)
    assert len(jwt) == 64
    assert jwt.isalnum()
    login = rules(stage, "database/credentials")
    password = generated(login, 1)
    assert len(password) == 32
    assert password.isalnum()
    assert (login["GenerateStringKey"], login.get("IncludeSpace", False)) == ("password", False)
    known = {"username": "dbadmin", "engine": "postgres", "dbname": "streams"}
    assert json.loads(login["SecretStringTemplate"]) == known


@pytest.mark.parametrize(("stage", "policy"), [("dev", "Delete"), ("staging", "Retain"), ("prod", "Retain")])
def test_secrets_and_images_go_with_the_stack_of_dev_alone(stage: str, policy: str) -> None:
    found = [*rows(stage, "SecretsManager::Secret").values(), rows(stage, "S3::Bucket")["ImagesBucket"]]
    assert [(row["DeletionPolicy"], row["UpdateReplacePolicy"]) for row in found] == [(policy, policy)] * 5
    for secret in of_kind(stage, "SecretsManager::Secret").values():
        assert secret["Description"].endswith(f" for Stream Sales {WORDS[stage]} environment")


@pytest.mark.parametrize("stage", DATABASES)
def test_the_database_is_as_its_environment_wants_it(stage: str) -> None:
    least, most, pause, days, protected, policy, interval, log_days = DATABASES[stage]
    (row,) = rows(stage, "RDS::DBCluster").values()
    cluster = row["Properties"]
    capacity = {"MinCapacity": least, "MaxCapacity": most} | ({"SecondsUntilAutoPause": pause} if pause else {})
    assert cluster["ServerlessV2ScalingConfiguration"] == capacity
    assert (cluster["Engine"], cluster["EngineVersion"]) == ("aurora-postgresql", "15.13")
    assert (cluster["Port"], cluster["DatabaseName"]) == (5432, "streams")
    assert (cluster["BackupRetentionPeriod"], cluster["DeletionProtection"]) == (days, protected)
    assert (cluster["StorageEncrypted"], cluster["CopyTagsToSnapshot"]) == (True, True)
    assert (row["DeletionPolicy"], row["UpdateReplacePolicy"]) == (policy, policy)
    for key, field in (("MasterUsername", "username"), ("MasterUserPassword", "password")):
        assert cluster[key] == {"Fn::Sub": f"{{{{resolve:secretsmanager:${{DatabaseSecret}}:SecretString:{field}}}}}"}
    assert cluster["VpcSecurityGroupIds"] == [{"Fn::GetAtt": ["DatabaseSecurityGroup", "GroupId"]}]
    isolated = [name for name in of_kind(stage, "EC2::Subnet") if name.startswith("Isolated")]
    assert [subnet["Ref"] for subnet in one(stage, "RDS::DBSubnetGroup")["SubnetIds"]] == isolated
    writer = rows(stage, "RDS::DBInstance")["DatabaseWriter"]
    assert writer["DeletionPolicy"] == "Delete"
    assert set(writer["DependsOn"]) == {f"{name}Routes" for name in isolated}
    made = writer["Properties"]
    assert (made["DBInstanceClass"], made["PromotionTier"], made["PubliclyAccessible"]) == ("db.serverless", 0, False)
    assert made.get("MonitoringInterval") == interval
    assert ("MonitoringRoleArn" in made) == bool(interval)
    assert _log(stage, row) == log_days


def _log(stage: str, cluster: dict[str, Any]) -> int | None:
    """How long the database's log is kept, in a group that is there before the database."""
    word = {"dev-protected": "dev", "prod-alarms": "production", **WORDS}[stage]
    name = f"/aws/rds/cluster/stream-sales-{word}-cluster/postgresql"
    groups = {
        row["LogGroupName"]: (title, row["RetentionInDays"]) for title, row in of_kind(stage, "Logs::LogGroup").items()
    }
    if "EnableCloudwatchLogsExports" not in cluster["Properties"]:
        assert name not in groups
        return None
    assert cluster["Properties"]["EnableCloudwatchLogsExports"] == ["postgresql"]
    title, days = groups[name]
    assert cluster["DependsOn"] == [title]
    return int(days)


def test_enhanced_monitoring_may_measure() -> None:
    role = of_kind("prod", "IAM::Role")["DatabaseMonitoringRole"]
    assert "monitoring.rds.amazonaws.com" in json.dumps(role["AssumeRolePolicyDocument"])
    assert json.dumps(role["ManagedPolicyArns"]).count("AmazonRDSEnhancedMonitoringRole") == 1


def test_a_reader_on_request_takes_over_second() -> None:
    for stage in WORDS:
        assert list(of_kind(stage, "RDS::DBInstance")) == ["DatabaseWriter"]
    instances = of_kind("prod-alarms", "RDS::DBInstance")
    assert {name: row["PromotionTier"] for name, row in instances.items()} == {
        "DatabaseWriter": 0,
        "DatabaseReader1": 1,
    }
    assert instances["DatabaseReader1"]["MonitoringInterval"] == 60


@STAGES
def test_the_secret_learns_the_address_of_the_database(stage: str) -> None:
    attached = one(stage, "SecretsManager::SecretTargetAttachment")
    (cluster,) = of_kind(stage, "RDS::DBCluster")
    assert attached == {
        "SecretId": {"Ref": "DatabaseSecret"},
        "TargetId": {"Ref": cluster},
        "TargetType": "AWS::RDS::DBCluster",
    }


@pytest.mark.parametrize(
    ("stage", "status", "versions", "origin"),
    [
        ("dev", "Disabled", False, "*"),
        ("staging", "Disabled", False, "https://*"),
        ("prod", "Enabled", True, "https://*"),
    ],
)
def test_images_are_public_over_tls_alone(stage: str, status: str, versions: bool, origin: str) -> None:
    bucket = of_kind(stage, "S3::Bucket")["ImagesBucket"]
    assert not any(bucket["PublicAccessBlockConfiguration"].values())
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert ("VersioningConfiguration" in bucket) == versions
    lifecycle = {row["Id"]: row for row in bucket["LifecycleConfiguration"]["Rules"]}
    assert [row["Status"] for row in lifecycle.values()] == [status] * 2
    assert lifecycle["DeleteOldVersions"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    (move,) = lifecycle["TransitionToInfrequentAccess"]["Transitions"]
    assert move == {"StorageClass": "STANDARD_IA", "TransitionInDays": 90}
    (cors,) = bucket["CorsConfiguration"]["CorsRules"]
    assert (cors["AllowedOrigins"], cors["AllowedMethods"]) == ([origin], ["GET", "PUT", "POST", "DELETE"])
    assert (cors["AllowedHeaders"], cors["MaxAge"]) == (["*"], 3000)
    statements = of_kind(stage, "S3::BucketPolicy")["ImagesBucketPolicy"]["PolicyDocument"]["Statement"]
    effects = {row["Effect"]: row for row in statements}
    assert effects["Allow"]["Action"] == ["s3:GetObject"]
    assert effects["Deny"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_without_an_address_there_is_nobody_to_alarm() -> None:
    for stage in (*WORDS, "dev-protected"):
        for kind in ("CloudWatch::Alarm", "SNS::Topic", "SNS::Subscription"):
            assert of_kind(stage, kind) == {}


def test_alarms_tell_the_address() -> None:
    topic, mail = one("prod-alarms", "SNS::Topic"), one("prod-alarms", "SNS::Subscription")
    assert topic["DisplayName"] == "Stream Sales production Database Alarms"
    assert (mail["Protocol"], mail["Endpoint"]) == ("email", "ops@example.com")
    found = {(row["Namespace"], row["MetricName"]): row for row in of_kind("prod-alarms", "CloudWatch::Alarm").values()}
    expected = {
        ("AWS/RDS", "CPUUtilization"): ("Average", 80),
        ("AWS/RDS", "DatabaseConnections"): ("Average", 90),
        ("AWS/Lambda", "Errors"): ("Sum", 10),
    }
    assert {key: (row["Statistic"], row["Threshold"]) for key, row in found.items()} == expected
    for row in found.values():
        assert (row["Period"], row["EvaluationPeriods"]) == (300, 2)
        assert (row["ComparisonOperator"], row["TreatMissingData"]) == ("GreaterThanThreshold", "notBreaching")
        assert len(row["AlarmActions"]) == 1
        assert list(row["AlarmActions"][0]) == ["Ref"]


def test_a_dashboard_on_request() -> None:
    assert of_kind("prod", "CloudWatch::Dashboard") == {}
    assert one("dev-protected", "CloudWatch::Dashboard")["DashboardName"] == "stream-sales-dev"
