"""The picture of a project's system: what commands and pages ask for."""

from __future__ import annotations

import os.path
from pathlib import Path
from urllib.parse import quote

from pkgops.build.build import synthesized
from pkgops.config import Project
from pkgops.graph.dot import Link
from pkgops.graph.model import Graph, Node
from pkgops.graph.reduce import reduce
from pkgops.graph.view import WHOLE, View, viewed


def picture(project: Project, view: View = WHOLE) -> Graph:
    """The system as its code describes it; nothing is asked of AWS. BuildError as for `pkgops.build.synth.synth`,
    NotFoundError for a name in the view that no resource has."""
    return viewed(reduce(project, synthesized(project)), view)


def source_links(root: Path, folder: Path) -> Link:
    """Links from a picture in ``folder`` to the files of the project in ``root`` that define its nodes."""

    def link(node: Node) -> str:
        if not node.source or not (root / node.source).is_file():
            return ""
        return quote(os.path.relpath(root / node.source, folder).replace(os.sep, "/"))

    return link
