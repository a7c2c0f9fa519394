"""The database: Aurora PostgreSQL, in the isolated subnets."""

from __future__ import annotations

from pkgops.kit.database.aurora import Aurora, AuroraResources, aurora
from pkgops.kit.network.private import NetworkResources
from pkgops.scope import Scope
from templates.stream_sales.environments import environment
from templates.stream_sales.naming import CLUSTER, DATABASE
from templates.stream_sales.secrets import Secrets


def add(scope: Scope, network: NetworkResources, secrets: Secrets) -> AuroraResources:
    """The cluster with its writer."""
    row, settings = environment(scope), scope.settings
    least, most = row.capacity
    cluster = Aurora(
        CLUSTER,
        DATABASE,
        settings.database_version,
        least,
        most,
        pause_after=row.pause_after,
        backups=row.backup_days,
        protected=settings.protects(scope.stage),
        removal=row.database_removal,
        readers=int(settings.database_reader),
        monitoring=row.monitoring,
        log_days=row.database_log_days,
    )
    made = aurora(scope, cluster, network, secrets.database)
    if scope.stage.production and not cluster.protected:
        scope.accept("P406", made.id.data["Ref"], reason="the setting deletion_protection says so")
    return made
