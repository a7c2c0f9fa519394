"""How is the artifact bucket kept small?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.options import verb, yes

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.operate.gc import Garbage

EXAMPLE = """\
pkgops gc --dry-run
pkgops gc --older-than 30 --stage dev --yes"""


@verb("gc", example=EXAMPLE)
@click.option("--dry-run", is_flag=True, help="Show what would go and stop.")
@click.option(
    "--older-than",
    type=click.FloatRange(0),
    default=7.0,
    show_default=True,
    metavar="DAYS",
    help="Spare what is younger.",
)
@yes("Delete")
def command(session: Session, dry_run: bool, older_than: float, yes: bool) -> None:
    """Deletes artifacts that no stack of the account and region names any more.

    The bucket is versioned: what is deleted can be taken back for 30 days. A protected stage wants its name typed,
    even with --yes; without a terminal it wants --yes and PKGOPS_CONFIRM=STAGE.
    """
    from pkgops.cli.confirm import consent
    from pkgops.operate.gc import collect, survey

    project = session.project()
    ports = session.ports(project)
    garbage = survey(project, ports, session.emit, older_than)
    session.show(garbage if session.manner.json else None, _text(garbage))
    if dry_run or not garbage.unused:
        return
    consent(
        session, project.stage, f"Delete {len(garbage.unused)} artifacts from {garbage.bucket}?", "Deleting", yes=yes
    )
    gone = collect(garbage, project, ports, session.emit)
    session.say(f"Deleted {len(gone.unused)} artifacts, {gone.size / 1e6:.1f} MB.")


def _text(garbage: Garbage) -> str:
    head = f"{garbage.bucket}: {garbage.used} in use, {garbage.young} too young, {len(garbage.unused)} unused"
    return "\n".join([head, *(f"  {item.key}  {item.size:,} bytes" for item in garbage.unused)])
