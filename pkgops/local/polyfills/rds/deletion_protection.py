"""A database with deletion protection is not deleted with its stack, as on AWS; the emulator's API alone refuses."""

from __future__ import annotations

from pkgops.local.hooks.patch import require, switched_on
from pkgops.local.hooks.types import Properties, Types

_CLUSTER, _INSTANCE = "AWS::RDS::DBCluster", "AWS::RDS::DBInstance"


def install(types: Types) -> None:
    """Fails the deletion of what is protected, with AWS's words."""
    from ministack.services import rds

    require(rds, "_clusters", "_instances")
    types.before_delete(_CLUSTER, _protect_cluster)
    types.before_delete(_INSTANCE, _protect_instance)


def _protect_cluster(name: str, _: Properties) -> None:
    from ministack.services import rds

    if switched_on((rds._clusters.get(name) or {}).get("DeletionProtection")):
        raise ValueError("Cannot delete protected Cluster, please disable deletion protection and try again.")


def _protect_instance(name: str, _: Properties) -> None:
    """The instances of a protected cluster can be deleted; their cluster is what is protected."""
    from ministack.services import rds

    if switched_on((rds._instances.get(name) or {}).get("DeletionProtection")):
        raise ValueError("Cannot delete protected DB Instance, please disable deletion protection and try again.")
