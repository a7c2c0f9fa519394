"""RDS in memory."""

from __future__ import annotations

from pkgops.ports.databases import ClusterState


class FakeDatabases:
    """`pkgops.ports.databases.Databases` with the clusters it is given: ``guarded`` are protected, and
    become free ``after`` so many questions."""

    def __init__(self, *clusters: ClusterState) -> None:
        self.clusters = {cluster.name: cluster for cluster in clusters}
        self.guarded: set[str] = set()
        self.after = 0
        self.left: dict[str, list[str]] = {}
        self.unprotected: list[str] = []

    def cluster(self, name: str) -> ClusterState | None:
        return self.clusters.get(name)

    def protected(self, kind: str, name: str) -> bool:
        if name in self.unprotected:
            if self.after == 0:
                self.guarded.discard(name)
            self.after -= 1
        return name in self.guarded

    def unprotect(self, kind: str, name: str) -> None:
        self.unprotected.append(name)

    def snapshots(self, kind: str, name: str) -> list[str]:
        return self.left.get(name, [])
