"""Data stores without encryption at rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.stateful import in_cluster
from pkgops.checks.kit.subject import Found, Subject

# Type -> the property without which nothing is encrypted. S3, SQS, DynamoDB, Secrets Manager and CloudWatch Logs always
# encrypt.
_SWITCHES = {
    "AWS::DAX::Cluster": ("SSESpecification", "SSEEnabled"),
    "AWS::DocDB::DBCluster": ("StorageEncrypted",),
    "AWS::EC2::Volume": ("Encrypted",),
    "AWS::EFS::FileSystem": ("Encrypted",),
    "AWS::ElastiCache::ReplicationGroup": ("AtRestEncryptionEnabled",),
    "AWS::Elasticsearch::Domain": ("EncryptionAtRestOptions", "Enabled"),
    "AWS::Kinesis::Stream": ("StreamEncryption", "KeyId"),
    "AWS::Neptune::DBCluster": ("StorageEncrypted",),
    "AWS::OpenSearchService::Domain": ("EncryptionAtRestOptions", "Enabled"),
    "AWS::RDS::DBCluster": ("StorageEncrypted",),
    "AWS::RDS::DBInstance": ("StorageEncrypted",),
    "AWS::Redshift::Cluster": ("Encrypted",),
}


def _find(subject: Subject) -> Iterator[Found]:
    for resource in subject.resources(*_SWITCHES):
        path = _SWITCHES[resource.type]
        if not in_cluster(resource) and not _on(_inside(resource.properties, path)):
            yield resource.found("is not encrypted.", *path)
    for queue in subject.resources("AWS::SQS::Queue"):
        switched_off = str(queue.properties.get("SqsManagedSseEnabled", True)).lower() == "false"
        if switched_off and "KmsMasterKeyId" not in queue.properties:
            yield queue.found("is not encrypted.", "SqsManagedSseEnabled")


def _inside(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _on(value: Any) -> bool:
    return value is not None and str(value).lower() not in ("false", "")


_DATABASE = """\
scope.add(rds.DBInstance(
    "Ledger",
    DBInstanceClass="db.t4g.micro",
    Engine="postgres",
    AllocatedStorage="20",
    MasterUsername="ledger",
    ManageMasterUserPassword=True,{encrypted}
    DeletionPolicy="Snapshot",
    UpdateReplacePolicy="Snapshot",
))
"""
RULE = Rule(
    id="P402",
    title="Data without encryption at rest",
    reason="Encryption at rest cannot be turned on later: CloudFormation replaces the resource with an empty one.",
    remedy="Set the property from the beginning.",
    find=_find,
    bad=Example(_DATABASE.format(encrypted="")),
    good=Example(_DATABASE.format(encrypted="\n    StorageEncrypted=True,")),
)
