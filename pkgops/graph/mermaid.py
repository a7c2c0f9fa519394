"""The picture in Mermaid's language, which forges draw in Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from pkgops.graph import colors, kinds
from pkgops.graph.label import lines
from pkgops.graph.model import Graph
from pkgops.graph.text import shown

_SHAPES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys((kinds.TABLE, kinds.BUCKET, kinds.CACHE, kinds.DATABASE), ("[(", ")]")),
    **dict.fromkeys((kinds.QUEUE, kinds.TOPIC, kinds.BUS, kinds.STREAM), (">", "]")),
    **dict.fromkeys((kinds.API, kinds.CDN), ("{{", "}}")),
    kinds.FUNCTION: ("(", ")"),
}
_MEANING = frozenset("\"#&<>`'\\;%|[](){}")  # characters that mean something to Mermaid or to a browser


def mermaid(graph: Graph) -> str:
    """The text of a flowchart; statuses are classes of its nodes."""
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    rows = ["flowchart LR"]
    several = len({node.stack for node in graph.nodes}) > 1
    for number, (key, name) in enumerate(graph.stacks):
        inside = [node for node in graph.nodes if node.stack == key]
        rows += [f'subgraph s{number}["{_escaped(shown(name))}"]'] if inside and several else []
        for node in inside:
            left, right = _SHAPES.get(node.kind, ("[", "]"))
            rows.append(f'{names[node.id]}{left}"{"<br/>".join(map(_escaped, lines(node)))}"{right}')
        rows += ["end"] if inside and several else []
    for edge in graph.edges:
        label = _escaped(shown(edge.label, 34))
        rows.append(f'{names[edge.source]} -->|"{label}"| {names[edge.target]}')
    for status, (fill, line, _, _) in colors.STATUSES.items():
        marked = [names[node.id] for node in graph.nodes if node.status is status]
        if marked:
            rows.append(f"classDef {status} fill:{fill},stroke:{line},color:{colors.TEXT[0]}")
            rows.append(f"class {','.join(marked)} {status}")
    return "\n".join([*rows, ""])


def _escaped(text: str) -> str:
    return "".join(f"#{ord(one)};" if one in _MEANING else one for one in text)
