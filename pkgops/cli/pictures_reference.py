"""The generator of the pictures in docs/systems: each system as its code describes it, in production if its defaults
suffice for that.

A test compares what is in them: nodes and arrows, not how they are drawn.
"""

from __future__ import annotations

from pathlib import Path

from pkgops.build.synth import synth
from pkgops.config import Project
from pkgops.errors import ConfigError
from pkgops.graph.model import Graph
from pkgops.graph.picture import source_links
from pkgops.graph.reduce import reduce
from pkgops.graph.svg import svg
from pkgops.graph.view import viewed
from pkgops.model import PRODUCTION, Stage
from pkgops.project import load_system, systems


def system_pictures(project: Path) -> dict[Path, Graph]:
    """The pictures of the systems that have a page, by their files."""
    folder = project / "docs" / "systems"
    pages = {key: folder / f"{key}.md" for key in systems(project)}
    return {page.with_suffix(".svg"): _picture(project, key) for key, page in pages.items() if page.is_file()}


def write_pictures(project: Path) -> None:
    """Draws them all. BuildError without a renderer."""
    for file, graph in system_pictures(project).items():
        file.write_text(svg(graph, source_links(project, file.parent)), encoding="utf-8")


def _picture(root: Path, key: str) -> Graph:
    """Settings are the defaults: what a developer has set is no part of the documents."""
    system = load_system(root, key)
    settings = system.settings()
    for stage in (Stage(PRODUCTION), Stage("dev")):
        if not system.check(stage, settings):
            project = Project(root, stage, system.with_settings(settings), settings)
            return viewed(reduce(project, synth(system, stage, settings)))
    raise ConfigError(f"{key} has no picture: its defaults suffice for no stage.", "Give its settings defaults.")
