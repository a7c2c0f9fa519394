"""``pkgops gc``: deletes unused artifacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import yes
from pkgops.wording import counted

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.operate.gc import Garbage

EXAMPLE = """\
pkgops gc --dry-run
pkgops gc --older-than 30 --stage dev --yes"""


@session_command("gc", example=EXAMPLE)
@click.option("--dry-run", is_flag=True, help="Show what would be deleted and stop.")
@click.option(
    "--older-than",
    type=click.FloatRange(0),
    default=7.0,
    show_default=True,
    metavar="DAYS",
    help="Keep artifacts that are younger.",
)
@yes("Delete")
def command(session: Session, dry_run: bool, older_than: float, yes: bool) -> None:
    """Delete artifacts that no stack of the account and region uses.

    The bucket is versioned: deleted artifacts can be restored for 30 days. A protected stage requires its name to be
    typed, even with --yes; without a terminal it requires --yes and PKGOPS_CONFIRM=STAGE.
    """
    from pkgops.cli.confirm import confirm_on_stage
    from pkgops.operate.gc import delete_garbage, find_garbage

    project, console = session.project(), session.console
    ports = session.ports(project)
    garbage = find_garbage(project, ports, console.emit, older_than)
    console.print_result(garbage if console.mode.json else None, _text(garbage))
    if dry_run or not garbage.unused:
        return
    question = f"Delete {counted(len(garbage.unused), 'artifact')} from {garbage.bucket}?"
    confirm_on_stage(console, project.stage, question, "Deleting", yes=yes)
    deleted = delete_garbage(garbage, project, ports, console.emit)
    console.print_message(f"Deleted {counted(len(deleted.unused), 'artifact')}, {deleted.size / 1e6:.1f} MB.")


def _text(garbage: Garbage) -> str:
    from pkgops.cli.output.terminal import one_line

    head = f"{garbage.bucket}: {garbage.used} in use, {garbage.young} too young, {len(garbage.unused)} unused"
    return "\n".join([head, *(f"  {one_line(item.key)}  {item.size:,} bytes" for item in garbage.unused)])
