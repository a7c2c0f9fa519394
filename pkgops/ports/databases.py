"""The port to databases of RDS: their deletion protection, and the snapshots that are left of them."""

from __future__ import annotations

from typing import Protocol


class Databases(Protocol):
    """Clusters and instances by their CloudFormation type (``AWS::RDS::DBCluster``, ``AWS::RDS::DBInstance``) and their
    identifier."""

    def protected(self, kind: str, name: str) -> bool:
        """Whether its deletion is refused; False if there is no such database."""

    def unprotect(self, kind: str, name: str) -> None:
        """Turns the protection off, which takes effect after a while. PkgopsError if RDS refuses."""

    def snapshots(self, kind: str, name: str) -> list[str]:
        """The identifiers of its snapshots that people or CloudFormation made, the newest first; also of one that is
        deleted."""
