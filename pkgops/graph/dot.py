"""The picture in Graphviz' language: a box for each stack, a shape for each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import escape

from pkgops.graph import colors, kinds
from pkgops.graph.label import lines, told, told_edge
from pkgops.graph.model import Edge, Graph, Node, Status
from pkgops.graph.text import shown

Link = Callable[[Node], str]

_FONT = "Helvetica"  # whose widths every Graphviz knows
_CENTERED, _LEFT = "\\n", "\\l"  # the ends of lines in Graphviz' labels
_LEGEND = "green: added, yellow: changed, orange: replaced, red: removed"
_STORES = frozenset({kinds.TABLE, kinds.BUCKET, kinds.CACHE, kinds.DATABASE})
_ENDS = _STORES | {kinds.MAIL, kinds.TOPIC, kinds.SECRET}
_ENTRIES = frozenset({kinds.API, kinds.CDN, kinds.USERS})
_SHAPES: Mapping[str, str] = {
    **dict.fromkeys(_STORES, "cylinder"),
    **dict.fromkeys((kinds.QUEUE, kinds.TOPIC, kinds.BUS, kinds.STREAM), "cds"),
    **dict.fromkeys((kinds.API, kinds.CDN), "hexagon"),
    kinds.USERS: "octagon",
}


def no_link(node: Node) -> str:
    """No address for any node."""
    return ""


def dot(graph: Graph, link: Link = no_link) -> str:
    """The text for ``dot``. ``link`` gives the address that a node leads to, "" for none."""
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    compared = graph.compared
    rows = [*_head(graph)]
    several = len({node.stack for node in graph.nodes}) > 1
    for number, (key, name) in enumerate(graph.stacks):
        inside = [_node(node, names[node.id], link(node), compared) for node in graph.nodes if node.stack == key]
        if inside and several:
            rows.append(f"subgraph cluster_{number} {{ label={_quoted(shown(name))} {_cluster()}")
        rows += inside
        if inside and several:
            rows.append("}")
    rows += [_edge(graph, edge, names, compared) for edge in graph.edges]
    rows += _ends(graph, names)
    return "\n".join([*rows, "}", ""])


def _in_places(graph: Graph) -> list[tuple[str, str]]:
    """The stacks from top to bottom: what is called from outside, what holds data, what works by itself. Arrows to data
    are short then."""
    kinds_of = {key: {node.kind for node in graph.nodes if node.stack == key} for key, _ in graph.stacks}

    def place(stack: tuple[str, str]) -> int:
        there = kinds_of[stack[0]]
        return 0 if there & _ENTRIES else 1 if kinds.FUNCTION not in there else 2

    return sorted(graph.stacks, key=place)


def _head(graph: Graph) -> Iterator[str]:
    title = (shown(graph.title), *([_LEGEND] if graph.compared else []))
    yield "digraph pkgops {"
    yield (
        f'graph [rankdir=LR bgcolor="{colors.PAGE[0]}" fontname="{_FONT}" fontsize=15 fontcolor="{colors.TEXT[0]}" '
        f"label={_label(title, _LEFT)} labelloc=t labeljust=l nodesep=0.14 ranksep=0.8 pad=0.2 newrank=true]"
    )
    yield f'node [fontname="{_FONT}" fontsize=10 fontcolor="{colors.TEXT[0]}" margin="0.2,0.06" height=0.3]'
    yield f'edge [fontname="{_FONT}" fontsize=8 fontcolor="{colors.FAINT[0]}" arrowsize=0.6]'


def _leads_back(graph: Graph, edge: Edge) -> bool:
    """Whether an arrow goes from data to code, or from code to an API, against the direction of all others."""
    source, target = graph.node(edge.source).kind, graph.node(edge.target).kind
    return kinds.FUNCTION in (source, target) and (source in _STORES or target == kinds.API)


def _ends(graph: Graph, names: Mapping[str, str]) -> list[str]:
    """Data and messages that lead nowhere stand at the right, where arrows end."""
    leading = {edge.source for edge in graph.edges if not _leads_back(graph, edge)}
    ends = [names[node.id] for node in graph.nodes if node.kind in _ENDS and node.id not in leading]
    return ["{ rank=max; " + "; ".join(ends) + " }"] if ends else []


def _cluster() -> str:
    fill, line, _, _ = colors.STACK
    return f'labeljust=l labelloc=t fontsize=11 style="rounded,filled" fillcolor="{fill}" color="{line}" margin=10'


def _node(node: Node, name: str, address: str, compared: bool) -> str:
    fill, line, _, _ = colors.GROUPS[colors.group(node.kind)]
    group = colors.group(node.kind)
    if compared:
        fill, line, _, _ = colors.STATUSES.get(node.status, colors.UNCHANGED)
        group = str(node.status) or "same"
    shape = _SHAPES.get(node.kind, "box")
    room = ' margin="0.25,0.14"' if shape == "cds" else ""
    dashed = ",dashed" if node.status is Status.REMOVED else ""
    style = "filled" + (",rounded" if shape == "box" else "") + dashed
    url = f" URL={_quoted(address)} target=_top" if address else ""
    return (
        f'{name} [label={_label(lines(node))} shape={shape} style="{style}" fillcolor="{fill}" color="{line}" '
        f'class="{group}" tooltip={_quoted(told(node))}{room}{url}]'
    )


def _edge(graph: Graph, edge: Edge, names: Mapping[str, str], compared: bool) -> str:
    line, group = colors.ARROW[0], "arrow"
    if compared:
        _, line, _, _ = colors.STATUSES.get(edge.status, colors.UNCHANGED)
        group = str(edge.status) or "same"
    dashed = " style=dashed" if edge.status is Status.REMOVED else ""
    dashed += " constraint=false" if _leads_back(graph, edge) else ""
    label, tooltip = _quoted(shown(edge.label, 34)), _quoted(told_edge(graph, edge))
    return (
        f'{names[edge.source]} -> {names[edge.target]} [label={label} color="{line}" class="{group}" '
        f"tooltip={tooltip} labeltooltip={tooltip}{dashed}]"
    )


def _label(rows: tuple[str, ...], ending: str = _CENTERED) -> str:
    """A label of several lines, each of which ends with how it is aligned."""
    return '"' + "".join(_quoted(row)[1:-1] + ending for row in rows).removesuffix(_CENTERED) + '"'


def _quoted(text: str) -> str:
    """A text of Graphviz: backslashes begin no escape sequence there, an ampersand no entity."""
    plain = escape(text, quote=False).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
