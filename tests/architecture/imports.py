"""The graph of imports between the project's modules.

Every import counts, wherever it stands: at the top, inside a function, or under ``if TYPE_CHECKING``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from tests.architecture.tree import Source, sources

Graph = Mapping[str, frozenset[str]]


def module_name(source: Source) -> str:
    return source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(source: Source, known: Iterable[str]) -> Iterator[str]:
    """The modules of the project that a file imports."""
    package = source.path.rpartition("/")[0].replace("/", ".")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield from (name for name in (inner if inner in known else base,) if name in known)


@cache
def modules() -> Graph:
    named = {module_name(source): source for source in sources()}
    return {name: frozenset(imported(source, named)) - {name} for name, source in named.items()}


def cycles(graph: Graph) -> set[frozenset[str]]:
    """The groups of nodes that reach each other."""
    found = {node: reached(graph, node) for node in graph}
    groups = {frozenset(other for other in found[node] if node in found[other]) for node in graph}
    return {group for group in groups if group}


def reached(graph: Graph, start: str) -> frozenset[str]:
    """Every node that arrows lead to from a start, which may be one of them."""
    found: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += graph[node]
    return frozenset(found)
