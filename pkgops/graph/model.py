"""What is in a picture of a system: nodes, the arrows between them, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pkgops.wording import counted

ResourceKey = tuple[str, str]
"""A resource of a system: key of its stack, logical id."""


class Status(StrEnum):
    """What a plan does with a node or an arrow."""

    SAME = ""
    ADDED = "added"
    CHANGED = "changed"
    REPLACED = "replaced"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Node:
    """One node. ``id`` is "stack.LogicalId" of the first of its ``members``, the resources it stands for, which are in
    no other node; ``parts`` are resources that are folded into it. ``label`` is the name to show, ``names`` are those
    of all members, ``word`` says what they are. ``schedules`` are expressions, ``notes`` short facts. ``source`` is the
    file in the project that defines it, "" if unknown. ``stack`` is the key of its stack."""

    id: str
    kind: str
    word: str
    label: str
    stack: str
    members: tuple[ResourceKey, ...]
    parts: tuple[ResourceKey, ...] = ()
    names: tuple[str, ...] = ()
    alarms: int = 0
    schedules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    status: Status = Status.SAME

    @property
    def badges(self) -> tuple[str, ...]:
        """Schedules, alarms and notes as short texts, the same ones counted."""
        if len(self.schedules) > 2:
            timed = [counted(len(self.schedules), "schedule")]
        else:
            timed = [f"{times} times {text}" if times > 1 else text for text, times in Counter(self.schedules).items()]
        alarmed = [counted(self.alarms, "alarm")] if self.alarms else []
        return (*timed, *alarmed, *self.notes)


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow, in the direction of calls, messages and access. ``kind`` says what it means (``read``, ``routes``);
    ``items`` are what it stands for, as far as that is told ("GET /items")."""

    source: str
    target: str
    kind: str
    items: tuple[str, ...] = ()
    status: Status = Status.SAME

    @property
    def label(self) -> str:
        """The text beside the arrow."""
        if len(self.items) == 1:
            return self.items[0]
        return counted(len(self.items), self.kind.removesuffix("s")) if self.items else self.kind


@dataclass(frozen=True, slots=True)
class Graph:
    """A picture. ``stacks`` are (key, name) pairs in the order of deployment; ``hidden`` are resources that belong to
    no node."""

    title: str
    stacks: tuple[tuple[str, str], ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    hidden: tuple[ResourceKey, ...] = ()

    @property
    def compared(self) -> bool:
        """Whether something in it has a status."""
        return any(node.status for node in self.nodes) or any(edge.status for edge in self.edges)

    def node(self, identity: str) -> Node:
        """The node with that id."""
        return next(node for node in self.nodes if node.id == identity)


def joined(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Edges in a fixed order, those between the same nodes and of one kind as one."""
    found: dict[tuple[str, str, str], Edge] = {}
    for edge in edges:
        key = (edge.source, edge.target, edge.kind)
        before = found.get(key)
        items = tuple(sorted({*edge.items, *(before.items if before else ())}))
        status = edge.status if before is None or before.status is edge.status else Status.CHANGED
        found[key] = Edge(*key, items, status)
    return tuple(found[key] for key in sorted(found))
