"""Which nodes of a picture are alike, so that one can stand for all of them?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import replace

from pkgops.graph.kinds import FUNCTION
from pkgops.graph.model import Edge, Graph, Node, joined

LIMIT = 60
"""Nodes in a picture that can still be read on one screen."""

Key = Callable[[Node, list[tuple[str, str, str]]], Hashable]


def merged(graph: Graph, apart: Collection[str] = (), limit: int = LIMIT) -> Graph:
    """The picture with functions of one stack that have equal neighbours as one node. If that leaves more than
    ``limit`` nodes, other nodes merge too, then those whose arrows only differ in kind, then all of a kind in a stack.
    Nodes of the ids in ``apart`` stay as they are."""
    for key in (_equal_functions, _equal, _alike, _same_kind):
        graph = _merge(graph, key, apart)
        if len(graph.nodes) <= limit:
            return graph
    return _merge(graph, lambda node, _: node.kind, apart)


def _equal_functions(node: Node, arrows: list[tuple[str, str, str]]) -> Hashable:
    return (*_identity(node), tuple(arrows)) if node.kind == FUNCTION else node.id


def _equal(node: Node, arrows: list[tuple[str, str, str]]) -> Hashable:
    return (*_identity(node), tuple(arrows))


def _alike(node: Node, arrows: list[tuple[str, str, str]]) -> Hashable:
    return (*_identity(node), frozenset((direction, other) for direction, other, _ in arrows))


def _same_kind(node: Node, arrows: list[tuple[str, str, str]]) -> Hashable:
    return _identity(node)


def _identity(node: Node) -> tuple[Hashable, ...]:
    return node.stack, node.kind, node.word, node.notes, node.status


def _merge(graph: Graph, key: Key, apart: Collection[str]) -> Graph:
    arrows: dict[str, list[tuple[str, str, str]]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        arrows[edge.source].append(("to", edge.target, edge.kind))
        arrows[edge.target].append(("from", edge.source, edge.kind))
    groups: dict[Hashable, list[Node]] = {}
    for node in graph.nodes:
        alone = node.id in apart or any(".".join(member) in apart for member in node.members)
        groups.setdefault(node.id if alone else key(node, sorted(arrows[node.id])), []).append(node)
    home = {node.id: rows[0].id for rows in groups.values() for node in rows}
    nodes = tuple(sorted((_one(rows) for rows in groups.values()), key=lambda node: node.id))
    return replace(graph, nodes=nodes, edges=moved(graph.edges, home))


def moved(edges: tuple[Edge, ...], home: Mapping[str, str]) -> tuple[Edge, ...]:
    """Edges between the nodes that took the place of others; those inside one are gone."""
    placed = (replace(edge, source=home[edge.source], target=home[edge.target]) for edge in edges)
    return joined(edge for edge in placed if edge.source != edge.target)


def _one(nodes: list[Node]) -> Node:
    """The node that stands for several, the first of which gives it its id."""
    first = nodes[0]
    if len(nodes) == 1:
        return first
    names = tuple(sorted(name for node in nodes for name in node.names))
    sources = Counter(node.source for node in nodes)
    return replace(
        first,
        label=_plural(len(names), first.word),
        members=tuple(sorted(member for node in nodes for member in node.members)),
        parts=tuple(sorted({part for node in nodes for part in node.parts})),
        names=names,
        alarms=sum(node.alarms for node in nodes),
        schedules=tuple(sorted(text for node in nodes for text in node.schedules)),
        source=first.source if len(sources) == 1 else "",
    )


def _plural(number: int, word: str) -> str:
    ending = "ies" if word.endswith("y") else word[-1] + ("es" if word[-1] in "sx" else "s")
    return f"{number} {word[:-1]}{ending}"
