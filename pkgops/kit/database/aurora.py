"""Aurora Serverless v2: a PostgreSQL whose size follows its load, reached from its own network alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, Sub, iam, logs, rds, secretsmanager
from troposphere.validators import double

from pkgops.kit.grants import trust_policy
from pkgops.kit.naming import logical_id
from pkgops.kit.network.private import NetworkResources
from pkgops.kit.network.security_groups import closed_group
from pkgops.kit.secret import secret_field
from pkgops.scope import Scope

PORT = 5432
ENGINE, EXPORT = "aurora-postgresql", "postgresql"
_MONITORING = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"


class Capacity(rds.ServerlessV2ScalingConfiguration):
    """The property with 0 as its least capacity, which troposphere 4.11 still refuses."""

    props = rds.ServerlessV2ScalingConfiguration.props | {"MinCapacity": (double, False)}


@dataclass(frozen=True, slots=True)
class Aurora:
    """A cluster of the documented ``name`` with the database ``database``, of ``minimum`` to ``maximum`` capacity
    units, in halves; a unit is 2 GB of memory, and costs by the hour.

    With ``minimum`` 0 it pauses after ``pause_after`` seconds (300 to 86400) without a connection, costs storage alone
    then, and lets the next connection wait for about 15 seconds. ``backups`` are the days that daily backups are kept.
    ``protected`` refuses its deletion; ``removal`` is what happens to it with its stack: "Delete", "Snapshot" or
    "Retain". ``readers`` are further instances, in other availability zones. ``monitoring`` is after how many seconds
    the operating system is measured, 0 for never. ``log_days`` is how long its log is kept, 0 for no export.
    """

    name: str
    database: str
    version: str
    minimum: float
    maximum: float
    pause_after: int = 0
    backups: int = 7
    protected: bool = False
    removal: str = "Snapshot"
    readers: int = 0
    monitoring: int = 0
    log_days: int = 0


@dataclass(frozen=True, slots=True)
class AuroraResources:
    """References to the cluster's id, to the address and port of its writer, and to its security group, which
    `pkgops.kit.network.security_groups.allow` opens at ``PORT``. ``secret`` is the ARN of its secret, known once that
    has the address; ``database`` is the database's name, ``writer`` the writer's logical id, ``log_group`` the name of
    the group with its log, "" without one."""

    id: Any
    endpoint: Any
    port: Any
    group: Any
    secret: Any
    database: str
    writer: str
    log_group: str = ""


def aurora(scope: Scope, row: Aurora, network: NetworkResources, secret: Any) -> AuroraResources:
    """Adds the cluster in the network's isolated subnets, or the private ones if it has none. The JSON ``secret``, a
    resource of this stack with ``username`` and ``password``, is the master user's, and gets the cluster's address.

    ValueError for a pause without 0 as the least capacity, and for 0 without a pause."""
    if (row.minimum == 0) != (row.pause_after > 0):
        raise ValueError(f"{row.name} pauses if its least capacity is 0, and only then")
    name = scope.named(row.name)
    group = closed_group(scope, "database", network.id, "Security group for Aurora PostgreSQL cluster")
    before = _log_group(scope, name, row.log_days)
    cluster = scope.add(_cluster(scope, row, network, group, secret, before))
    writer, *_ = (_instance(scope, row, network, cluster, at) for at in range(row.readers + 1))
    attached = secretsmanager.SecretTargetAttachment(
        f"{secret.title}Attachment", SecretId=Ref(secret), TargetId=Ref(cluster), TargetType="AWS::RDS::DBCluster"
    )
    scope.add(attached)
    return AuroraResources(
        Ref(cluster),
        GetAtt(cluster, "Endpoint.Address"),
        GetAtt(cluster, "Endpoint.Port"),
        group,
        Ref(attached),
        row.database,
        writer,
        log_group_name(name) if row.log_days else "",
    )


def log_group_name(cluster: str) -> str:
    """The log group that RDS exports the log of a cluster to, by the cluster's id."""
    return f"/aws/rds/cluster/{cluster}/{EXPORT}"


def _cluster(
    scope: Scope, row: Aurora, network: NetworkResources, group: Any, secret: Any, before: list[str]
) -> rds.DBCluster:
    name = scope.named(row.name)
    subnets = rds.DBSubnetGroup(
        "DatabaseSubnetGroup",
        DBSubnetGroupName=name,
        DBSubnetGroupDescription=f"Subnets of {name}",
        SubnetIds=list(network.isolated or network.subnets),
    )
    capacity: dict[str, Any] = {"MinCapacity": row.minimum, "MaxCapacity": row.maximum}
    if row.pause_after:
        capacity["SecondsUntilAutoPause"] = row.pause_after
    extra: dict[str, Any] = {"DependsOn": before, "EnableCloudwatchLogsExports": [EXPORT]} if before else {}
    return rds.DBCluster(
        logical_id(scope, row.name, "Cluster"),
        DBClusterIdentifier=name,
        Engine=ENGINE,
        EngineVersion=row.version,
        Port=PORT,
        DatabaseName=row.database,
        MasterUsername=secret_field(secret, "username"),
        MasterUserPassword=secret_field(secret, "password"),
        ServerlessV2ScalingConfiguration=Capacity(**capacity),
        DBSubnetGroupName=Ref(scope.add(subnets)),
        VpcSecurityGroupIds=[group],
        StorageEncrypted=True,
        BackupRetentionPeriod=row.backups,
        CopyTagsToSnapshot=True,
        DeletionProtection=row.protected,
        DeletionPolicy=row.removal,
        UpdateReplacePolicy=row.removal,
        **extra,
    )


def _log_group(scope: Scope, name: str, days: int) -> list[str]:
    """The logical id of the log group, which is there before RDS makes one that is kept for ever."""
    if not days:
        return []
    made = logs.LogGroup("DatabaseLogGroup", LogGroupName=log_group_name(name), RetentionInDays=days)
    return [scope.add(made).title]


def _instance(scope: Scope, row: Aurora, network: NetworkResources, cluster: Any, at: int) -> str:
    """The logical id of the writer, which is the instance 0, or of a reader."""
    title = f"DatabaseReader{at}" if at else "DatabaseWriter"
    extra: dict[str, Any] = {"DependsOn": list(network.isolated_routes)} if network.isolated_routes else {}
    if row.monitoring:
        extra |= {"MonitoringInterval": row.monitoring, "MonitoringRoleArn": _monitoring_role(scope)}
    made = rds.DBInstance(
        title,
        DBInstanceIdentifier=f"{scope.named(row.name)}-{f'reader-{at}' if at else 'writer'}",
        DBClusterIdentifier=Ref(cluster),
        DBInstanceClass="db.serverless",
        Engine=ENGINE,
        PromotionTier=min(at, 15),
        PubliclyAccessible=False,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        **extra,
    )
    return str(scope.add(made).title)


def _monitoring_role(scope: Scope) -> Any:
    """The ARN of the role that RDS measures with, the same for all instances."""
    title = "DatabaseMonitoringRole"
    if title not in scope.template.resources:
        policies = [Sub(_MONITORING)]
        made = iam.Role(title, AssumeRolePolicyDocument=trust_policy("monitoring.rds"), ManagedPolicyArns=policies)
        scope.add(made)
    return GetAtt(title, "Arn")
