"""A picture of a system as a command hands it over: in a file, on a terminal that shows images, or on stdout."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pkgops.cli.output.terminal import one_line, unguarded
from pkgops.cli.output.terminal_image import image_codes, image_protocol
from pkgops.errors import UsageError

if TYPE_CHECKING:
    from pkgops.cli.output.console import Console
    from pkgops.config import Project
    from pkgops.graph.model import Graph

_NO_RENDERER = "Nothing here can draw: this is DOT text. Install pkgops[graph] or Graphviz for an SVG picture."


def show(console: Console, project: Project, graph: Graph, format: str | None) -> None:
    """Without a file: text goes to stdout, and an SVG picture too if that is no terminal. On a terminal it is shown or
    its file is named. Without a renderer and a ``format`` (None: svg) it is DOT text."""
    from pkgops.graph.document import document
    from pkgops.graph.svg import renderer

    if console.mode.json or format == "json":
        return console.print_document(document(graph))
    if format is None and renderer() is None:
        console.print_message(_NO_RENDERER)
        format = "dot"
    if format in ("dot", "mermaid") or console.width is None:
        return console.print_result(None, _text(project, graph, format or "svg", Path()).rstrip("\n"))
    name = f"{project.system.key}-{project.stage.name}.svg"
    return write(console, project, graph, "svg", project.home / "graph" / name, shown=True)


def write(console: Console, project: Project, graph: Graph, format: str, file: Path, *, shown: bool = False) -> None:
    """Writes a picture to a file and says where it is; ``shown``: on the terminal too if it can. UsageError if that is
    impossible."""
    from pkgops.own_files import replace_file

    text = _text(project, graph, format, file.resolve().parent)
    try:
        replace_file(file, text.encode())
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}.", "Name another file.") from error
    protocol = image_protocol(os.environ, unguarded(sys.stdout)) if shown and not console.mode.json else None
    if protocol is not None:
        from pkgops.graph.svg import png

        console.close_display()
        unguarded(sys.stdout).write(image_codes(png(graph), protocol))
    size = {"nodes": len(graph.nodes), "edges": len(graph.edges)}
    console.print_result(
        {"file": str(file), **size}, f"{one_line(file)}  {size['nodes']} nodes, {size['edges']} arrows"
    )


def _text(project: Project, graph: Graph, format: str, folder: Path) -> str:
    from pkgops.cli.output.table import document as json_text
    from pkgops.graph.document import document
    from pkgops.graph.dot import dot
    from pkgops.graph.mermaid import mermaid
    from pkgops.graph.picture import source_links
    from pkgops.graph.svg import svg

    if format == "json":
        return json_text(document(graph)) + "\n"
    if format == "mermaid":
        return mermaid(graph)
    link = source_links(project.root, folder.resolve())
    return dot(graph, link) if format == "dot" else svg(graph, link)
