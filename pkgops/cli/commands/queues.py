"""``pkgops queues``: lists queues and redrives dead letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import CommandGroup, session_command
from pkgops.cli.options import targets

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.operate.queues import RedriveResult

_COLUMNS = ("Queue", "Waiting", "In flight", "Delayed", "Oldest", "Dead letters", "Dead")


@click.group("queues", cls=CommandGroup, default="ls")
def command() -> None:
    """List the queues of systems, and redrive dead letters.

    Without a subcommand it lists them: pkgops queues shop is pkgops queues ls shop.
    """


@session_command("ls", example="pkgops queues ls\npkgops queues ls shop notes --stage prod --output json")
@targets
def ls(session: Session, names: tuple[str, ...], all_systems: bool) -> None:
    """List the queues: messages waiting, in flight and delayed, and the messages in their dead-letter queues.

    The age of the oldest message comes from CloudWatch, which the emulator does not fill.
    """
    from pkgops.build.build import synthesized
    from pkgops.operate.queues import declared_queues, queue_rows

    console, found = session.console, []
    for project, keys in session.targets(names, all_systems):
        known = [queue for queue in declared_queues(synthesized(project)) if not keys or queue.stack in keys]
        found += queue_rows(known, session.ports(project).queues)
    rows = [
        (row.queue, row.waiting, row.in_flight, row.delayed, _age(row.oldest), row.dead_letters, row.dead)
        for row in found
    ]
    console.print_table(_COLUMNS, rows, "There are no queues.", found if console.mode.json else None)


REDRIVE = """\
pkgops queues redrive orders-dlq --dry-run
pkgops queues redrive shop/orders --stage prod"""


@session_command("redrive", example=REDRIVE)
@click.argument("name", metavar="[SYSTEM/]QUEUE")
@click.option("--dry-run", is_flag=True, help="Only show how many messages would be moved.")
def redrive(session: Session, name: str, dry_run: bool) -> None:
    """Move dead letters back to their source queue, where they are processed again.

    QUEUE is the source queue or its dead-letter queue, with or without the stage, of the default system or else of
    any other. An interruption loses nothing: messages not moved yet stay, and at worst a message is delivered twice.
    """
    from pkgops.build.build import synthesized
    from pkgops.operate.queues import declared_queues, find_queue
    from pkgops.operate.queues import redrive as redrive_messages

    console = session.console
    project, queue = session.search(name, lambda each, bare: find_queue(declared_queues(synthesized(each)), bare))
    known, port = declared_queues(synthesized(project)), session.ports(project).queues
    result = redrive_messages(known, queue.name, port, console.emit, dry_run=dry_run)
    console.print_result(result, _redrive_text(result, dry_run))


def _redrive_text(result: RedriveResult, dry_run: bool) -> str:
    if not result.waiting:
        return f"No messages are waiting in {result.source}."
    if dry_run:
        return f"Would move {result.waiting} messages from {result.source} to {result.target}."
    return f"Moved {result.moved} messages from {result.source} to {result.target}."


def _age(seconds: int | None) -> str:
    """Whole seconds, minutes, hours or days."""
    if seconds is None:
        return ""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


for _subcommand in (ls, redrive):
    command.add_command(_subcommand)
