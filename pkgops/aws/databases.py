"""Databases of RDS: the `Databases` port."""

from __future__ import annotations

from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import PkgopsError
from pkgops.ports.databases import ClusterState

_CLUSTER = "AWS::RDS::DBCluster"


class RdsDatabases:
    """`pkgops.ports.databases.Databases` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def cluster(self, name: str) -> ClusterState | None:
        from botocore.exceptions import ClientError

        try:
            with translated("rds:DescribeDBClusters"):
                rows = self._clients.get("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
        except ClientError as error:
            if "NotFound" in error.response["Error"]["Code"]:
                return None
            raise _error(error, name, "read") from None
        return next(map(_state, rows), None)

    def protected(self, kind: str, name: str) -> bool:
        from botocore.exceptions import ClientError

        client = self._clients.get("rds")
        try:
            if kind == _CLUSTER:
                with translated("rds:DescribeDBClusters"):
                    rows = client.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
            else:
                with translated("rds:DescribeDBInstances"):
                    rows = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        except ClientError as error:
            if "NotFound" in error.response["Error"]["Code"]:
                return False
            raise _error(error, name, "read") from None
        return any(row.get("DeletionProtection", False) for row in rows)

    def unprotect(self, kind: str, name: str) -> None:
        from botocore.exceptions import ClientError

        client = self._clients.get("rds")
        off = {"DeletionProtection": False, "ApplyImmediately": True}
        try:
            if kind == _CLUSTER:
                with translated("rds:ModifyDBCluster"):
                    client.modify_db_cluster(DBClusterIdentifier=name, **off)
            else:
                with translated("rds:ModifyDBInstance"):
                    client.modify_db_instance(DBInstanceIdentifier=name, **off)
        except ClientError as error:
            raise _error(error, name, "changed") from None

    def snapshots(self, kind: str, name: str) -> list[str]:
        from botocore.exceptions import ClientError

        client = self._clients.get("rds")
        try:
            if kind == _CLUSTER:
                with translated("rds:DescribeDBClusterSnapshots"):
                    answer = client.describe_db_cluster_snapshots(DBClusterIdentifier=name, SnapshotType="manual")
                return _newest(answer["DBClusterSnapshots"], "DBClusterSnapshotIdentifier")
            with translated("rds:DescribeDBSnapshots"):
                answer = client.describe_db_snapshots(DBInstanceIdentifier=name, SnapshotType="manual")
            return _newest(answer["DBSnapshots"], "DBSnapshotIdentifier")
        except ClientError as error:
            if "NotFound" in error.response["Error"]["Code"]:
                return []
            raise _error(error, name, "read") from None


def _state(row: dict[str, Any]) -> ClusterState:
    scaling = row.get("ServerlessV2ScalingConfiguration") or {}
    restorable = row.get("LatestRestorableTime")
    return ClusterState(
        name=row["DBClusterIdentifier"],
        status=row["Status"],
        engine=row["Engine"],
        version=row.get("EngineVersion", ""),
        minimum=scaling.get("MinCapacity"),
        maximum=scaling.get("MaxCapacity"),
        pauses_after=scaling.get("SecondsUntilAutoPause"),
        backup_days=row.get("BackupRetentionPeriod", 0),
        restorable=restorable.isoformat(timespec="seconds") if restorable else "",
    )


def _newest(rows: list[dict[str, Any]], key: str) -> list[str]:
    """The names, the newest first; a snapshot that is being made has no time yet."""
    return [
        str(row[key]) for row in sorted(rows, key=lambda row: str(row.get("SnapshotCreateTime", "9")), reverse=True)
    ]


def _error(error: Any, name: str, done: str) -> PkgopsError:
    detail = error.response["Error"]
    return PkgopsError(f"Database {name} cannot be {done}: {detail['Code']}: {detail.get('Message', '')}")
