"""How full are the queues, and how do dead letters get back?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.options import verb

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.operate.queues import Queue, Redriven
    from pkgops.ports.ports import Ports

_COLUMNS = ("Queue", "Waiting", "In flight", "Delayed", "Oldest", "Dead letters", "Dead")


class _Group(click.Group):
    """Without a subcommand the queues are listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        bare = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        return super().parse_args(ctx, ["list", *args] if bare else args)


@click.group("queues", cls=_Group)
def command() -> None:
    """Shows the queues of a system, and moves dead letters back to where they came from.

    Without a subcommand it lists them.
    """


@verb("list", example="pkgops queues list\npkgops queues list --stage prod --output json")
def listed(session: Session) -> None:
    """Lists the queues: messages that wait, are worked on and are held back, and those among the dead letters.

    The age of the oldest message comes from CloudWatch, which the emulator does not fill.
    """
    from pkgops.operate.queues import show

    known, ports = _known(session)
    found = show(known, ports.queues)
    rows = [
        (row.queue, row.waiting, row.in_flight, row.delayed, _age(row.oldest), row.dead_letters, row.dead)
        for row in found
    ]
    session.rows(_COLUMNS, rows, "The system has no queues.", found if session.manner.json else None)


REDRIVE = """\
pkgops queues redrive package-dlq --dry-run
pkgops queues redrive pkgwatch-package-queue --stage prod"""


@verb("redrive", example=REDRIVE)
@click.argument("name", metavar="QUEUE")
@click.option("--dry-run", is_flag=True, help="Only say how many messages would be moved.")
def redriven(session: Session, name: str, dry_run: bool) -> None:
    """Moves dead letters back to their queue, where they are worked on again.

    QUEUE is that queue or the one the dead letters are in, with or without the stage. An interruption loses
    nothing: what is not moved yet stays, and a message may at most come twice.
    """
    from pkgops.operate.queues import redrive

    known, ports = _known(session)
    result = redrive(known, name, ports.queues, session.emit, dry_run=dry_run)
    session.show(result, _told(result, dry_run))


def _known(session: Session) -> tuple[list[Queue], Ports]:
    from pkgops.build.build import synthesized
    from pkgops.operate.queues import queues

    project = session.project()
    return queues(synthesized(project)), session.ports(project)


def _told(result: Redriven, dry_run: bool) -> str:
    if not result.waiting:
        return f"Nothing waits in {result.source}."
    if dry_run:
        return f"{result.waiting} messages would be moved from {result.source} to {result.target}."
    return f"{result.moved} messages were moved from {result.source} to {result.target}."


def _age(seconds: int | None) -> str:
    """Seconds, minutes, hours or days, whole."""
    if seconds is None:
        return ""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


for _verb in (listed, redriven):
    command.add_command(_verb)
