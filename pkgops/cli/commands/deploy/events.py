"""``pkgops events``: shows the events of the stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgops.cli.session import Session
    from pkgops.ports.stacks import StackEvent

EXAMPLE = """\
pkgops events --since 1h
pkgops events --failed
pkgops events shop/api --stage dev --failed
pkgops events shop --stage dev --chart deployment.svg"""

_COLUMNS = ("Time", "Stack", "Resource", "Status", "Type", "Reason")


@session_command("events", example=EXAMPLE)
@targets
@click.option("--since", metavar="TIME", help="Start time: how long ago (30s, 10m, 2h, 1d) or ISO 8601.  [default: 1d]")
@click.option("--failed", is_flag=True, help="Only failures; without --since, of each stack's last failed operation.")
@click.option("--chart", metavar="FILE", help="Draw the last deployment into this file, which ends with .svg or .html.")
def command(session: Session, names: tuple[str, ...], all_systems: bool, since: str | None, **how: Any) -> None:
    """Show the CloudFormation events of the stacks, oldest first, with the reason of each failure.

    --chart draws when the last deployment did what, as a Gantt chart, instead.
    """
    _require_chart(how["chart"], how["failed"])
    since = since or (None if how["failed"] else "1d")
    events = _events(session, session.targets(names, all_systems), since, failed=how["failed"])
    if how["chart"]:
        _draw(session, events, how["chart"], since or "")
    else:
        _list(session, events, f"No {'failures' if how['failed'] else 'events'}{f' since {since}' if since else ''}.")


def _require_chart(chart: str | None, failed: bool) -> None:
    if failed and chart:
        raise click.UsageError("Give --failed or --chart, not both.")
    if chart and not chart.endswith((".svg", ".html")):
        raise click.UsageError(f"A chart is SVG or HTML, which {chart!r} does not end with: name a .svg or .html file.")


def _events(session: Session, targets: Sequence[Any], since: str | None, *, failed: bool) -> list[StackEvent]:
    from pkgops.operate.events import stack_events

    events = [
        event
        for project, keys in targets
        for event in stack_events(session.stacks(project, keys), session.ports(project), since, failed=failed)
    ]
    return sorted(events, key=lambda event: event.time)


def _list(session: Session, events: Sequence[StackEvent], empty: str) -> None:
    from pkgops.cli.output.event_text import colored_status
    from pkgops.cli.output.table import format_time

    cells = ((format_time(e.time), e.stack, e.logical_id, colored_status(e.status), e.type, e.reason) for e in events)
    session.console.print_table(_COLUMNS, cells, empty, events)


def _draw(session: Session, events: Sequence[StackEvent], chart: str, since: str) -> None:
    from pathlib import Path

    from pkgops.charts.gantt import gantt, page, title
    from pkgops.charts.timeline import last_deployment
    from pkgops.errors import NotFoundError
    from pkgops.own_files import write_atomically

    spans = last_deployment(events)
    if not spans:
        raise NotFoundError(f"There is no deployment since {since}.", "Look further back: --since 7d")
    draw = page if chart.endswith(".html") else gantt
    write_atomically(Path(chart), draw(spans, title(spans)).encode())
    session.console.print_result({"file": chart, "spans": spans}, chart)
