"""What does destroying a system do with its databases: their protection, and the snapshots that are left of them?"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pkgops.errors import DeployError, RefusedError
from pkgops.events import Emit, Finished, Started
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import StackResource

CLUSTER, INSTANCE = "AWS::RDS::DBCluster", "AWS::RDS::DBInstance"
_SNAPSHOTS = {CLUSTER: "AWS::RDS::DBClusterSnapshot", INSTANCE: "AWS::RDS::DBSnapshot"}
_PATIENCE = 600.0  # seconds until a database must be without protection; RDS takes some
_INTERVAL, _LOCAL_INTERVAL = 5.0, 0.05


@dataclass(frozen=True, slots=True)
class Database:
    """A database that goes with its stack: its CloudFormation type and its identifier. ``snapshot`` says that
    CloudFormation makes a last snapshot of it."""

    kind: str
    name: str
    protected: bool
    snapshot: bool


def deleted_databases(
    rows: Iterable[StackResource], declared: Mapping[str, Any], kept: Sequence[StackResource], ports: Ports
) -> tuple[Database, ...]:
    """The databases among a stack's resources that are not ``kept``; ``declared`` are the resources of its template. An
    instance of a cluster is a part of that."""
    found = []
    for row in rows:
        body = declared.get(row.logical_id, {})
        member = row.type == INSTANCE and "DBClusterIdentifier" in body.get("Properties", {})
        if row.type in _SNAPSHOTS and row.physical_id and not member and row not in kept:
            snapshot = body.get("DeletionPolicy", "Snapshot") == "Snapshot"  # what CloudFormation does by itself
            protected = ports.databases.protected(row.type, row.physical_id)
            found.append(Database(row.type, row.physical_id, protected, snapshot))
    return tuple(found)


def refuse_protected(databases: Iterable[Database], stage: str) -> None:
    """RefusedError if one of them is protected: CloudFormation would stop halfway."""
    names = [database.name for database in databases if database.protected]
    if names:
        raise RefusedError(
            f"{', '.join(names)} on stage {stage} has deletion protection; nothing was changed.",
            "If it is to go: pkgops destroy --disable-protection turns the protection off first.",
        )


def unprotect(databases: Iterable[Database], ports: Ports, emit: Emit) -> None:
    """Turns the protection off, and waits until it is. DeployError if it stays on."""
    for database in databases:
        if not database.protected:
            continue
        step = f"Turning off the deletion protection of {database.name}"
        emit(Started(step))
        ports.databases.unprotect(database.kind, database.name)
        end = time.monotonic() + _PATIENCE
        while ports.databases.protected(database.kind, database.name):
            if time.monotonic() > end:
                raise DeployError(f"{database.name} still has deletion protection.", "Destroy again in a few minutes.")
            time.sleep(_LOCAL_INTERVAL if ports.endpoint else _INTERVAL)
        emit(Finished(step, "off"))


def last_snapshots(databases: Iterable[Database], ports: Ports) -> list[StackResource]:
    """The newest snapshot of each database of which CloudFormation makes one, as far as it is there."""
    found = []
    for database in databases:
        names = ports.databases.snapshots(database.kind, database.name) if database.snapshot else []
        found += [StackResource("", name, _SNAPSHOTS[database.kind], "") for name in names[:1]]
    return found
