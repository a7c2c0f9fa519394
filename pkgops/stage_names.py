"""What may a stage be called? Its name is part of the names of buckets, stacks, functions and files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pkgops.errors import ConfigError
from pkgops.intrinsics import pseudo, resolved
from pkgops.model import LOCAL_ACCOUNT, Stage, System

FILE = "stages.toml"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
# type -> the property with its name, and the characters that may have (AWS, quotas of each service)
_LIMITS: Mapping[str, tuple[str, int]] = {
    "AWS::CloudWatch::Alarm": ("AlarmName", 255),
    "AWS::Cognito::UserPool": ("UserPoolName", 128),
    "AWS::DynamoDB::Table": ("TableName", 255),
    "AWS::ElastiCache::ReplicationGroup": ("ReplicationGroupId", 40),
    "AWS::Events::Rule": ("Name", 64),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", 128),
    "AWS::IAM::Role": ("RoleName", 64),
    "AWS::Lambda::Function": ("FunctionName", 64),
    "AWS::Logs::LogGroup": ("LogGroupName", 512),
    "AWS::RDS::DBCluster": ("DBClusterIdentifier", 63),
    "AWS::RDS::DBInstance": ("DBInstanceIdentifier", 63),
    "AWS::S3::Bucket": ("BucketName", 63),
    "AWS::SNS::Topic": ("TopicName", 256),
    "AWS::SQS::Queue": ("QueueName", 80),
    "AWS::Scheduler::Schedule": ("Name", 64),
    "AWS::SecretsManager::Secret": ("Name", 512),
    "AWS::WAFv2::WebACL": ("Name", 128),
}


def require_possible(stage: str) -> None:
    """ConfigError for a name that cannot be part of the names of buckets, stacks, functions and paths."""
    if not _NAME.fullmatch(stage):
        raise ConfigError(
            f"{FILE}: a stage cannot be called {stage!r}.",
            "Use lower case letters, digits and single hyphens between them, a letter first: dev, feature-login.",
        )


def require_short(stage: Stage, system: System) -> None:
    """ConfigError if the stage's name makes the name of the artifact bucket or of a stack too long."""
    bucket = f"pkgops-artifacts-{stage.name}-{LOCAL_ACCOUNT}-{stage.region}"
    stacks = [("stack", system.named(stage, stack.name), 128) for stack in system.stacks]
    _require(stage, [("bucket", bucket, 63), *stacks])


def require_short_within(stage: Stage, templates: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """ConfigError if the stage's name makes the name of a resource too long; ``templates`` are those of the stacks by
    name. A name that is too long on every stage is a mistake of its template, which the checks tell with the line."""
    part = re.compile(rf"(?<![a-z0-9]){stage.name}(?![a-z0-9])")
    for stack, template in templates:
        known = pseudo(stage.region, stage.account or LOCAL_ACCOUNT, stack)
        _require(stage, (row for row in _names(template, known) if part.search(row[1])))


def _names(template: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[tuple[str, str, int]]:
    for resource in template.get("Resources", {}).values():
        wanted, most = _LIMITS.get(resource["Type"], ("", 0))
        name = resolved(resource.get("Properties", {}).get(wanted), known)
        if name:
            yield resource["Type"].rpartition("::")[2].lower(), name, most


def _require(stage: Stage, names: Iterable[tuple[str, str, int]]) -> None:
    for kind, name, most in names:
        allowed = len(stage.name) - (len(name) - most)
        if 0 < allowed < len(stage.name):
            raise ConfigError(
                f"{FILE}: the stage's name {stage.name} is too long: {kind} {name} would have {len(name)} characters.",
                f"It may have {allowed} characters in {stage.region}.",
            )
