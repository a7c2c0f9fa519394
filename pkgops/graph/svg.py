"""The picture as SVG or PNG, by a Graphviz that is at hand: the one of graphviz-pure, else the system's ``dot``."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from html import escape
from pathlib import Path

from pkgops.errors import BuildError
from pkgops.graph.colors import style_sheet
from pkgops.graph.dot import Link, dot, no_link
from pkgops.graph.label import told, told_edge
from pkgops.graph.model import Graph
from pkgops.graph.text import shown

_PURE, _SYSTEM = "graphviz-pure", "dot"
_TITLE = re.compile(r"<title>(n\d+|n\d+(?:&#45;&gt;|->|-&gt;)n\d+|cluster_\d+|pkgops)</title>")
_PATIENCE = 60  # seconds
_FONT = 'font-family="Helvetica,sans-Serif"'
# What makes a drawing a third larger and nothing different, each with what takes its place. A quotation mark in a name
# is an entity, so that none of this is part of a name.
_ANCHOR = (
    r'<g id="a_[^"]*"><a xlink:title="[^"]*">\n((?:<(?:path|polygon|text|ellipse|polyline)\b[^\n]*\n)+)</a>\n</g>\n'
)
_REPEATED = (
    (re.compile(r"<!-- [^\n]* -->\n"), ""),
    (re.compile(_ANCHOR), r"\1"),  # of an edge, which leads nowhere
    (re.compile(rf' xml:space="preserve"| xlink:title="[^"]*"| {_FONT}'), ""),
    (re.compile(r"(?<=[ \",MCL])(-?\d+\.[1-9])\d(?=[ \",CLZ])"), r"\1"),  # hundredths of a point
    (re.compile(r"(?<=[ \",MCL])(-?\d+)\.0\d?(?=[ \",CLZ])"), r"\1"),
)


def renderer() -> str | None:
    """The path of a Graphviz; None if there is none."""
    own = Path(sysconfig.get_path("scripts"))
    return shutil.which(_PURE, path=str(own)) or shutil.which(_PURE) or shutil.which(_SYSTEM)


def svg(graph: Graph, link: Link = no_link) -> str:
    """An SVG document with the colors of the reader's preference, whose nodes are links. BuildError without a renderer,
    or if it fails."""
    text = _drawn(dot(graph, link), "svg").decode("utf-8")
    body = text[text.index("<svg") :]
    head, end, rest = body.partition(">")
    told_of = _titles(graph)
    rest = _TITLE.sub(lambda found: f"<title>{escape(told_of.get(_plain(found[1]), ''))}</title>", rest)
    rest = _lean(rest.replace("<title></title>\n", ""))
    title = f"\n<title>{escape(shown(graph.title))}</title>\n<style>{style_sheet()}</style>"
    return f'{head} role="img" {_FONT} style="max-width:100%;height:auto">{title}{rest}' if end else body


def png(graph: Graph) -> bytes:
    """A PNG image, on white. Errors as for `svg`."""
    return _drawn(dot(graph), "png")


def _drawn(text: str, format: str) -> bytes:
    program = renderer()
    if program is None:
        raise BuildError(
            "There is no program to draw a picture.",
            "Install one: pip install 'pkgops[graph]', or Graphviz; or take --format dot or mermaid.",
        )
    done = subprocess.run(
        [program, f"-T{format}"], input=text.encode(), capture_output=True, timeout=_PATIENCE, check=False
    )
    if done.returncode or not done.stdout:
        said = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        raise BuildError(f"{program} cannot draw the picture: {said}", "Take --format dot or mermaid.")
    return done.stdout


def _lean(body: str) -> str:
    """A drawing without what is said twice: a tooltip is the title of its group."""
    for pattern, kept in _REPEATED:
        body = pattern.sub(kept, body)
    return body


def _titles(graph: Graph) -> dict[str, str]:
    """What each node and edge of the drawing tells, by its name there."""
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    found = {names[node.id]: told(node) for node in graph.nodes}
    for edge in graph.edges:
        found[f"{names[edge.source]}->{names[edge.target]}"] = told_edge(graph, edge)
    return found


def _plain(title: str) -> str:
    return title.replace("&#45;", "-").replace("&gt;", ">")
