"""What do tables, buckets, databases and caches cost?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.cost.facts.items import HOURS, Item, Resource, Rule, number, others, referred
from pkgops.intrinsics import mapping, mappings


def table(one: Resource) -> Iterator[Item]:
    """Requests or capacity, storage, and its recovery to any point in time."""
    if one.properties.get("BillingMode", "PROVISIONED") == "PAY_PER_REQUEST":
        yield one.used("dynamodb.read_units", "table.reads", cause="BillingMode")
        yield one.used("dynamodb.write_units", "table.writes", cause="BillingMode")
    else:
        parts = [one.properties, *mappings(one.properties.get("GlobalSecondaryIndexes"))]
        given = [mapping(part.get("ProvisionedThroughput")) for part in parts]
        for price, name in (("read", "ReadCapacityUnits"), ("write", "WriteCapacityUnits")):
            units = sum(number(row.get(name), 0) for row in given)
            yield one.item(f"dynamodb.{price}_hours", units * HOURS, f"ProvisionedThroughput.{name}")
    yield one.used("dynamodb.storage", "table.gigabytes")
    if mapping(one.properties.get("PointInTimeRecoverySpecification")).get("PointInTimeRecoveryEnabled") is True:
        yield one.used("dynamodb.pitr", "table.gigabytes", cause="PointInTimeRecoverySpecification")


def backup(one: Resource) -> Iterator[Item]:
    """What a backup plan keeps."""
    yield one.used("backup.dynamodb", "backup.gigabytes")


def bucket(one: Resource) -> Iterator[Item]:
    """Storage and requests."""
    yield one.used("s3.storage", "bucket.gigabytes")
    yield one.used("s3.writes", "bucket.writes")
    yield one.used("s3.reads", "bucket.reads")


def cluster(one: Resource) -> Iterator[Item]:
    """An Aurora cluster: its minimum capacity is fixed, what it scales to is use; without one it may pause."""
    scaling = one.properties.get("ServerlessV2ScalingConfiguration")
    if isinstance(scaling, Mapping):
        yield from _capacity(one, scaling)
    yield one.used("aurora.storage", "database.gigabytes")
    if one.properties.get("StorageType") != "aurora-iopt1":
        yield one.used("aurora.io", "database.requests", cause="StorageType")


def _capacity(one: Resource, scaling: Mapping[str, Any]) -> Iterator[Item]:
    least = number(scaling.get("MinCapacity"), 0)
    members = sum(
        referred(given.get("DBClusterIdentifier")) == one.id and given.get("DBInstanceClass") == "db.serverless"
        for _, given in others(one, "AWS::RDS::DBInstance")
    )
    where = "ServerlessV2ScalingConfiguration.MinCapacity"
    if least:
        note = f"Aurora's minimum of {least} ACU is paid around the clock"
        yield one.item("aurora.capacity_hours", least * members * HOURS, where, note)
    yield one.used("aurora.capacity_hours", "database.extra_capacity_hours", cause=where)


def instance(one: Resource) -> Iterator[Item]:
    """An instance by its class; a serverless one is paid with its cluster."""
    size, inside = str(one.properties.get("DBInstanceClass", "")), "DBClusterIdentifier" in one.properties
    if size != "db.serverless":
        twice = 2 if one.properties.get("MultiAZ") is True else 1
        yield one.item(f"{'aurora' if inside else 'rds'}.{size}", HOURS * twice, "DBInstanceClass")
    if not inside:
        yield one.item("rds.storage", number(one.properties.get("AllocatedStorage"), 20), "AllocatedStorage")
    if number(one.properties.get("MonitoringInterval"), 0):
        yield one.used("rds.monitoring", "database.monitoring_gigabytes", cause="MonitoringInterval")


def cache(one: Resource) -> Iterator[Item]:
    """The nodes of a Redis or Valkey cluster."""
    shards = number(one.properties.get("NumNodeGroups"), 1)
    replicas = number(one.properties.get("ReplicasPerNodeGroup"), 0)
    nodes = number(one.properties.get("NumCacheClusters", one.properties.get("NumCacheNodes")), shards * (1 + replicas))
    yield one.item(f"elasticache.{one.properties.get('CacheNodeType')}", nodes * HOURS, "CacheNodeType")


RULES: Mapping[str, Rule] = {
    "AWS::Backup::BackupPlan": backup,
    "AWS::DynamoDB::Table": table,
    "AWS::ElastiCache::CacheCluster": cache,
    "AWS::ElastiCache::ReplicationGroup": cache,
    "AWS::RDS::DBCluster": cluster,
    "AWS::RDS::DBInstance": instance,
    "AWS::S3::Bucket": bucket,
}
