"""``pkgops events``: shows the events of the stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import targets

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops events --since 1h
pkgops events --failed
pkgops events shop/api --stage dev --failed"""

_COLUMNS = ("Time", "Stack", "Resource", "Status", "Type", "Reason")


@session_command("events", example=EXAMPLE)
@targets
@click.option("--since", metavar="TIME", help="Start time: how long ago (30s, 10m, 2h, 1d) or ISO 8601.  [default: 1d]")
@click.option("--failed", is_flag=True, help="Only failures; without --since, of each stack's last failed operation.")
def command(session: Session, names: tuple[str, ...], all_systems: bool, since: str | None, failed: bool) -> None:
    """Show the CloudFormation events of the stacks, oldest first, with the reason of each failure."""
    from pkgops.cli.output.event_text import colored_status
    from pkgops.cli.output.table import format_time
    from pkgops.operate.events import stack_events

    since = since or (None if failed else "1d")
    events = [
        event
        for project, keys in session.targets(names, all_systems)
        for event in stack_events(session.stacks(project, keys), session.ports(project), since, failed=failed)
    ]
    events.sort(key=lambda event: event.time)
    cells = ((format_time(e.time), e.stack, e.logical_id, colored_status(e.status), e.type, e.reason) for e in events)
    empty = f"No {'failures' if failed else 'events'}{f' since {since}' if since else ''}."
    session.console.print_table(_COLUMNS, cells, empty, events)
