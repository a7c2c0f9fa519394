"""Between which nodes does a resource make an arrow, given the values in its properties?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.graph.model import Edge, ResourceKey
from pkgops.graph.ownership import Ownership


class Connections:
    """Edges between the nodes that values refer to."""

    def __init__(self, ownership: Ownership) -> None:
        self.ownership = ownership

    def nodes(self, stack: str, value: Any) -> list[ResourceKey]:
        """The nodes that a value refers to, or to parts of."""
        found = {owner for key in self.ownership.references.of(stack, value) for owner in self.ownership.owners(key)}
        return sorted(found)

    def between(self, stack: str, source: Any, target: Any, kind: str, *items: str) -> Iterator[Edge]:
        """Edges from the nodes that one value refers to, to those of another."""
        for start in self.nodes(stack, source):
            for end in self.nodes(stack, target):
                if start != end:
                    yield Edge(".".join(start), ".".join(end), kind, items)

    def own(self, key: ResourceKey) -> Mapping[str, str]:
        """A value that refers to a resource itself."""
        return {"Ref": key[1]}
