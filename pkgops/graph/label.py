"""What stands in a node, line by line, and what is said when one points at it?"""

from __future__ import annotations

from pkgops.graph.model import Edge, Graph, Node
from pkgops.graph.text import shown

_NAMES = 6  # of the members of a node that stands for several
_WIDTH = 34  # characters of a line with such names


def lines(node: Node) -> tuple[str, ...]:
    """The lines of a node: its name, what it is or whom it stands for, its badges."""
    below = _named(node.names) if len(node.names) > 1 else [node.word]
    badges = [" · ".join(node.badges)] if node.badges else []
    return tuple(shown(row) for row in (node.label, *below, *badges))


def told(node: Node) -> str:
    """All about a node in one line: its members, its badges, and how many resources it stands for."""
    count = len(node.members) + len(node.parts)
    parts = [f"{node.word} {', '.join(node.names)}", *node.badges, f"{count} resources" if count > 1 else ""]
    status = f"{node.status}: " if node.status else ""
    return shown(status + "; ".join(filter(None, parts)), 600)


def told_edge(graph: Graph, edge: Edge) -> str:
    """All about an arrow in one line."""
    names = [graph.node(identity).label for identity in (edge.source, edge.target)]
    items = f": {', '.join(edge.items)}" if edge.items else ""
    return shown(f"{' → '.join(names)}, {edge.kind}{items}", 600)


def _named(names: tuple[str, ...]) -> list[str]:
    """The first names, in lines of about equal length."""
    rows: list[str] = [""]
    few = [shown(name, _WIDTH) for name in names[:_NAMES]] + (["…"] if len(names) > _NAMES else [])
    for name in few:
        joined = f"{rows[-1]}, {name}" if rows[-1] else name
        if len(joined) > _WIDTH:
            rows[-1] += ","
            rows.append(name)
        else:
            rows[-1] = joined
    return rows
