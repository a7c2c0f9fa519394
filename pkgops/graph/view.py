"""Which part of a picture is shown, and what of it stands for several?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pkgops.errors import unknown
from pkgops.graph.merge import LIMIT, merged
from pkgops.graph.model import Graph, Node


@dataclass(frozen=True, slots=True)
class View:
    """``stacks`` are keys (() for all); ``focus`` names a resource, of which neighbours up to ``depth`` arrows away are
    shown; ``expand`` names resources whose node does not stand for others, ``everything`` merges none. ``limit`` is how
    many nodes a picture has at most, unless it is asked for more."""

    stacks: tuple[str, ...] = ()
    focus: str = ""
    depth: int = 1
    expand: tuple[str, ...] = ()
    everything: bool = False
    limit: int = LIMIT


WHOLE = View()


def viewed(graph: Graph, view: View = WHOLE) -> Graph:
    """The part of a picture that is asked for, merged. NotFoundError for a name that no resource has."""
    apart: set[str] = set()
    if view.stacks:
        own = {node.id for node in graph.nodes if node.stack in view.stacks}
        graph = _only(graph, _around(graph, own, 1))
    if view.focus:
        apart = {node.id for node in find(graph, view.focus)}
        graph = _only(graph, _around(graph, apart, view.depth))
    if view.everything:
        return graph
    whole = merged(graph, apart, view.limit)
    opened = {".".join(member) for name in view.expand for node in find(whole, name) for member in node.members}
    return merged(graph, apart | opened, view.limit + len(opened)) if opened else whole


def find(graph: Graph, name: str) -> list[Node]:
    """The nodes of that name: a label, a logical id with or without its stack. NotFoundError if there is none."""
    wanted = name.casefold()
    found = [node for node in graph.nodes if wanted in _spellings(node)]
    if not found:
        raise unknown("resource", name, [name for node in graph.nodes for name in node.names])
    return found


def _spellings(node: Node) -> set[str]:
    ids = [name for member in node.members for name in (member[1], ".".join(member))]
    return {name.casefold() for name in (node.label, *node.names, *ids)}


def _around(graph: Graph, start: Iterable[str], depth: int) -> set[str]:
    """Nodes and their neighbours, up to so many arrows away in any direction."""
    found = set(start)
    for _ in range(depth):
        touched = [edge for edge in graph.edges if edge.source in found or edge.target in found]
        found |= {end for edge in touched for end in (edge.source, edge.target)}
    return found


def _only(graph: Graph, kept: set[str]) -> Graph:
    nodes = tuple(node for node in graph.nodes if node.id in kept)
    edges = tuple(edge for edge in graph.edges if edge.source in kept and edge.target in kept)
    return replace(graph, nodes=nodes, edges=edges)
