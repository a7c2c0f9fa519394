"""The port to databases of RDS: their state, their deletion protection, and the snapshots that are left of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ClusterState:
    """A cluster of Aurora. ``minimum`` and ``maximum`` are its capacity in ACU, None if it is not serverless; one with
    a minimum of 0 pauses after ``pauses_after`` idle seconds. ``backup_days`` is how far its backups reach back, and
    ``restorable`` the latest time it can be restored to, in ISO-8601, "" if that is not known."""

    name: str
    status: str
    engine: str
    version: str
    minimum: float | None = None
    maximum: float | None = None
    pauses_after: int | None = None
    backup_days: int = 0
    restorable: str = ""

    @property
    def pauses(self) -> bool:
        """Whether it may be asleep, and then answers late."""
        return self.minimum == 0


class Databases(Protocol):
    """Clusters and instances by their CloudFormation type (``AWS::RDS::DBCluster``, ``AWS::RDS::DBInstance``) and their
    identifier."""

    def cluster(self, name: str) -> ClusterState | None:
        """A cluster by its identifier; None if there is none."""

    def protected(self, kind: str, name: str) -> bool:
        """Whether its deletion is refused; False if there is no such database."""

    def unprotect(self, kind: str, name: str) -> None:
        """Turns the protection off, which takes effect after a while. PkgopsError if RDS refuses."""

    def snapshots(self, kind: str, name: str) -> list[str]:
        """The identifiers of its snapshots that people or CloudFormation made, the newest first; also of one that is
        deleted."""
