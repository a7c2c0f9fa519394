"""The log groups of the databases that templates define, and their names on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pkgops.build.functions import Function
from pkgops.build.synth import SynthesizedStack, resources
from pkgops.errors import UsageError

_CLUSTER = "AWS::RDS::DBCluster"
_EXPORT = "postgresql"
_ANY = "database"  # what the only database of a system may be called


def find_database_log(stacks: Iterable[SynthesizedStack], name: str) -> Function | None:
    """The log of the cluster called ``name`` (its identifier, its logical id, or "database" if there is one alone),
    as that of a function is described; None if no cluster is called that.

    UsageError if the cluster does not export its log: then it is nowhere but in RDS."""
    wanted = name.strip().casefold()
    known = [
        (stack, logical_id, cluster["Properties"])
        for stack in stacks
        for logical_id, cluster in resources(stack.template, _CLUSTER)
        if isinstance(cluster.get("Properties", {}).get("DBClusterIdentifier"), str)
    ]
    for stack, logical_id, properties in known:
        identifier = properties["DBClusterIdentifier"]
        names = {identifier, logical_id, stack.documented(identifier), *([_ANY] if len(known) == 1 else ())}
        if wanted in {one.casefold() for one in names}:
            return _log(stack, logical_id, properties)
    return None


def _log(stack: SynthesizedStack, logical_id: str, properties: dict[str, Any]) -> Function:
    identifier = properties["DBClusterIdentifier"]
    if _EXPORT not in properties.get("EnableCloudwatchLogsExports", ()):
        raise UsageError(
            f"{identifier} does not export its log on this stage, so there is no log group to read.",
            "RDS itself keeps a few days of it: aws rds download-db-log-file-portion. To have it here, name "
            "postgresql in EnableCloudwatchLogsExports of the cluster and deploy.",
        )
    group = f"/aws/rds/cluster/{identifier}/{_EXPORT}"
    return Function(stack.key, logical_id, identifier, "", group, stack.documented(identifier))
