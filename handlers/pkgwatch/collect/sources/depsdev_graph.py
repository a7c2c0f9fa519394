"""Source deps.dev, dependency graph: the direct dependencies of a package and the number of its dependents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from handlers.pkgwatch.collect.sources.depsdev_documents import (
    Dependents,
    Package,
    VersionKey,
    default_version,
    package_path,
    version_path,
)
from handlers.pkgwatch.collect.upstream.client import UpstreamClient
from handlers.pkgwatch.collect.upstream.failures import NotFound
from handlers.pkgwatch.collect.upstream.guard import Guard
from handlers.pkgwatch.packages.package_names import is_valid, normalize


class _Node(msgspec.Struct, rename="camel"):
    version_key: VersionKey
    relation: str = ""


class _Graph(msgspec.Struct):
    nodes: list[_Node] = []


@dataclass(frozen=True, slots=True)
class DependencyGraph:
    """deps.dev at ``base``, behind its guard. Both methods raise `UpstreamError` and `OutOfTime`."""

    client: UpstreamClient
    guard: Guard
    base: str

    def dependencies(self, ecosystem: str, name: str) -> list[str]:
        """The packages the default version depends on directly, sorted and normalized; none for an unknown package."""
        graph = self._of_default_version(ecosystem, name, "v3", "dependencies", _Graph)
        direct = (node.version_key.name for node in graph.nodes if node.relation == "DIRECT")
        found = {normalize(ecosystem, dependency) for dependency in direct}
        return sorted(one for one in found if one != name and is_valid(ecosystem, one))

    def dependents(self, ecosystem: str, name: str) -> int:
        """The number of packages that depend on the default version, 0 for an unknown package."""
        return int(self._of_default_version(ecosystem, name, "v3alpha", "dependents", Dependents).dependent_count)

    def _of_default_version(self, ecosystem: str, name: str, api: str, method: str, shape: type[Any]) -> Any:
        path = package_path(ecosystem, name)

        def request() -> Any:
            version = default_version(self.client.get(f"{self.base}/v3/{path}", Package))
            if version is None:
                raise NotFound
            return self.client.get(
                f"{self.base}/{api}/{path}{version_path(version.version_key.version)}:{method}", shape
            )

        try:
            return self.guard.call(request)
        except NotFound:
            return shape()
