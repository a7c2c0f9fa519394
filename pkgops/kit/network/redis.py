"""Redis on ElastiCache: encrypted, with a password, reached from its own network alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, elasticache

from pkgops.kit.naming import logical_id
from pkgops.kit.network.private import NetworkResources
from pkgops.kit.network.security_groups import security_group
from pkgops.scope import Scope

PORT = 6379


@dataclass(frozen=True, slots=True)
class Redis:
    """A replication group of the documented ``name``: ``nodes`` nodes of the type ``node``. With more than one, another
    takes over when the primary fails, in another availability zone. ``snapshots`` are the days that daily snapshots are
    kept, 0 for none; with ``retained`` a last one is made before the group is deleted.

    ``token`` is the password, 16 to 128 characters that are neither spaces nor ``"``, ``@``, ``/`` or backslash; a
    reference to a secret's field (`pkgops.kit.secret.secret_field`), never a text."""

    name: str
    token: Any
    node: str = "cache.t3.micro"
    nodes: int = 1
    snapshots: int = 1
    version: str = "7.1"
    description: str = ""
    retained: bool = True


@dataclass(frozen=True, slots=True)
class RedisResources:
    """References to the primary's address and port, and to the security group of those who may connect."""

    address: Any
    port: Any
    clients: Any


def redis(scope: Scope, row: Redis, network: NetworkResources) -> RedisResources:
    """Adds the group in the network's private subnets, with two security groups: only members of the first reach the
    second's port. A function joins the first by its ``vpc``."""
    name = scope.named(row.name)
    clients = security_group(scope, "redis-clients", network.id, f"Clients of {name}")
    servers = security_group(scope, "redis", network.id, f"Nodes of {name}", ((PORT, clients),))
    subnets = scope.add(
        elasticache.SubnetGroup(
            "RedisSubnetGroup",
            CacheSubnetGroupName=name,
            Description=f"Private subnets of {name}",
            SubnetIds=list(network.subnets),
        )
    )
    several, kept = row.nodes > 1, "Snapshot" if row.retained else "Delete"
    made = scope.add(
        elasticache.ReplicationGroup(
            logical_id(scope, row.name, "ReplicationGroup"),
            ReplicationGroupId=name,
            ReplicationGroupDescription=row.description or name,
            Engine="redis",
            EngineVersion=row.version,
            CacheNodeType=row.node,
            NumCacheClusters=row.nodes,
            AutomaticFailoverEnabled=several,
            MultiAZEnabled=several,
            AtRestEncryptionEnabled=True,
            TransitEncryptionEnabled=True,
            AuthToken=row.token,
            Port=PORT,
            CacheSubnetGroupName=Ref(subnets),
            SecurityGroupIds=[servers],
            SnapshotRetentionLimit=row.snapshots,
            AutoMinorVersionUpgrade=True,
            DeletionPolicy=kept,
            UpdateReplacePolicy=kept,
        )
    )
    return RedisResources(GetAtt(made, "PrimaryEndPoint.Address"), GetAtt(made, "PrimaryEndPoint.Port"), clients)
