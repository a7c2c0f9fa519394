"""The picture as JSON data, for programs and for tests of its structure."""

from __future__ import annotations

from typing import Any

from pkgops.graph.model import Graph, Node


def document(graph: Graph) -> dict[str, Any]:
    """Nodes, edges and hidden resources; ids are "stack.LogicalId"."""
    return {
        "title": graph.title,
        "stacks": [{"key": key, "name": name} for key, name in graph.stacks],
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [
            {
                "from": edge.source,
                "to": edge.target,
                "kind": edge.kind,
                "items": edge.items,
                "status": edge.status,
            }
            for edge in graph.edges
        ],
        "hidden": [".".join(key) for key in graph.hidden],
    }


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "kind": node.kind,
        "word": node.word,
        "label": node.label,
        "stack": node.stack,
        "names": node.names,
        "members": [".".join(member) for member in node.members],
        "parts": [".".join(part) for part in node.parts],
        "badges": node.badges,
        "source": node.source,
        "status": node.status,
    }
