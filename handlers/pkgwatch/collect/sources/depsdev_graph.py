"""Who depends on whom, as far as deps.dev knows?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from handlers.pkgwatch.collect.upstream.client import Count, Web
from handlers.pkgwatch.collect.upstream.failures import Absent
from handlers.pkgwatch.collect.upstream.guard import Gate
from handlers.pkgwatch.packages.package_names import is_valid, normalise


class _Key(msgspec.Struct):
    version: str = ""
    name: str = ""


class _Entry(msgspec.Struct, rename="camel"):
    version_key: _Key
    is_default: bool = False


class _Package(msgspec.Struct, rename="camel"):
    versions: list[_Entry] = []
    default_version: str = ""


class _Node(msgspec.Struct, rename="camel"):
    version_key: _Key
    relation: str = ""


class _Graph(msgspec.Struct):
    nodes: list[_Node] = []


class _Dependents(msgspec.Struct, rename="camel"):
    dependent_count: Count = 0


@dataclass(frozen=True, slots=True)
class DepsDev:
    """deps.dev at ``base``, behind its gate. Both questions raise `failures.Failed` and `failures.OutOfTime`."""

    web: Web
    gate: Gate
    base: str

    def dependencies(self, ecosystem: str, name: str) -> list[str]:
        """The packages the newest version depends on directly, sorted and normalised; none for an unknown package."""
        graph = self._of_newest(ecosystem, name, "v3", "dependencies", _Graph)
        direct = (node.version_key.name for node in graph.nodes if node.relation == "DIRECT")
        found = {normalise(ecosystem, dependency) for dependency in direct}
        return sorted(one for one in found if one != name and is_valid(ecosystem, one))

    def dependents(self, ecosystem: str, name: str) -> int:
        """How many packages depend on the newest version, 0 for an unknown package."""
        return int(self._of_newest(ecosystem, name, "v3alpha", "dependents", _Dependents).dependent_count)

    def _of_newest(self, ecosystem: str, name: str, api: str, what: str, shape: type[Any]) -> Any:
        path = f"systems/{ecosystem}/packages/{quote(name, safe='')}"

        def ask() -> Any:
            version = _newest(self.web.get(f"{self.base}/v3/{path}", _Package))
            return self.web.get(f"{self.base}/{api}/{path}/versions/{quote(version, safe='')}:{what}", shape)

        try:
            return self.gate.ask(ask)
        except Absent:
            return shape()


def _newest(package: _Package) -> str:
    """The default version, else the one marked as that, else the last. Raises `Absent` if there is none."""
    versions = [entry.version_key.version for entry in package.versions if entry.version_key.version]
    marked = [entry.version_key.version for entry in package.versions if entry.is_default]
    if not versions:
        raise Absent
    return package.default_version or (marked or versions[-1:])[0]
