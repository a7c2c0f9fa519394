"""``pkgops graph``: draws a system."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.command import session_command
from pkgops.cli.completion import complete_targets
from pkgops.cli.options import choice

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.graph.model import Graph
    from pkgops.graph.view import View

EXAMPLE = """\
pkgops graph
pkgops graph shop/api --stage prod
pkgops graph shop --focus orders --depth 2 --to orders.svg
pkgops graph --diff --stage dev
pkgops graph shop --format mermaid > shop.mmd"""
_SUFFIXES = {".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid", ".json": "json"}
_NO_FORMAT = (".png", ".pdf", ".jpg", ".jpeg", ".gif", ".webp")
_FILE = click.Path(dir_okay=False, path_type=Path)


@session_command("graph", example=EXAMPLE)
@click.argument("names", nargs=-1, metavar="[SYSTEM[/STACK] ...]", shell_complete=complete_targets)
@choice("--format", ("svg", "dot", "mermaid", "json"), "What to write.  [default: svg, or by the file's name]")
@click.option("--focus", metavar="NAME", default="", help="Show this resource and its neighbours only.")
@click.option("--depth", type=click.IntRange(0, 50), default=1, show_default=True, help="With --focus: arrows away.")
@click.option("--expand", multiple=True, metavar="NAME", help="Show what the node with this name stands for.")
@click.option("--all", "everything", is_flag=True, help="Let no node stand for several resources.")
@click.option("--diff", is_flag=True, help="Color what a deployment would add, change and remove.")
@click.option("--to", "file", type=_FILE, help="Write to this file.")
def command(session: Session, names: tuple[str, ...], **options: Any) -> None:
    """Draw a system: functions, data, what calls what, and who reads and writes which table.

    Roles become arrows, methods and permissions fold into their API and function, schedules and alarms become badges,
    and functions of a stack with the same neighbours share a node. A stack is drawn with its neighbours. Arrows
    between stacks come from the values they use. Without --to the picture is shown if the terminal shows images, its
    file is named otherwise; in a pipe it goes to stdout.
    """
    project, view = _view(session, names, options)
    graph = _planned(session, project, view) if options["diff"] else _described(project, view)
    _show(session, project, graph, options["format"], options["file"])


def _view(session: Session, names: tuple[str, ...], options: dict[str, Any]) -> tuple[Project, View]:
    from pkgops.graph.view import View

    targets = session.targets(names)
    if len(targets) > 1:
        raise click.UsageError("A picture is of one system: name one, or stacks of one.")
    [(project, keys)] = targets
    return project, View(keys, options["focus"], options["depth"], options["expand"], options["everything"])


def _described(project: Project, view: View) -> Graph:
    from pkgops.graph.picture import picture

    return picture(project, view)


def _planned(session: Session, project: Project, view: View) -> Graph:
    from pkgops.graph.change import planned
    from pkgops.graph.view import viewed
    from pkgops.plan.options import PlanOptions
    from pkgops.plan.prepare import preview

    ports = session.accessible_ports(project)
    packaged = session.packaged(project, checked=False)
    plan = preview(project, packaged, ports, session.console.emit, PlanOptions(), conflicts=False)
    return viewed(planned(plan, ports), view)


def _show(session: Session, project: Project, graph: Graph, format: str | None, file: Path | None) -> None:
    from pkgops.cli.output.graph_output import show, write

    if file is not None and format is None and file.suffix.lower() in _NO_FORMAT:
        raise click.UsageError(f"Pictures are SVG, not {file.suffix[1:].upper()}: write to {file.stem}.svg.")
    chosen = format or (_SUFFIXES.get(file.suffix.lower(), "svg") if file else None)
    if file is not None:
        write(session.console, project, graph, chosen or "svg", file)
    else:
        show(session.console, project, graph, chosen)
