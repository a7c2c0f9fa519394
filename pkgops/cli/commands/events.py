"""What happened to the stacks?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.options import targets, verb

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops events --since 1h
pkgops events --failed
pkgops events pkgwatch/api --stage dev --failed"""


@verb("events", example=EXAMPLE)
@targets
@click.option("--since", metavar="WHEN", help="30s, 10m, 2h, 1d or ISO 8601.  [default: 1d]")
@click.option(
    "--failed", is_flag=True, help="Only what failed; without --since, in each stack's last failed operation."
)
def command(session: Session, names: tuple[str, ...], everything: bool, since: str | None, failed: bool) -> None:
    """Shows the CloudFormation events of the stacks, oldest first, with the reason of each failure."""
    from pkgops.cli.output.tables import stamp
    from pkgops.operate.events import history

    since = since or (None if failed else "1d")
    events = [
        event
        for project, keys in session.targets(names, everything)
        for event in history(session.stacks(project, keys), session.ports(project), since, failed=failed)
    ]
    events.sort(key=lambda event: event.time)
    cells = ((stamp(e.time), e.stack, e.logical_id, session.tint(e.status), e.type, e.reason) for e in events)
    columns = ("Time", "Stack", "Resource", "Status", "Type", "Reason")
    when = f" since {since}" if since else ""
    session.rows(columns, cells, f"Nothing {'failed' if failed else 'happened'}{when}.", events)
