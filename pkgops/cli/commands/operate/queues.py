"""``pkgops queues``: lists queues, shows, deletes and sends messages, and redrives dead letters."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pkgops.cli.command import CommandGroup, session_command
from pkgops.cli.completion import complete_queues
from pkgops.cli.options import targets, yes
from pkgops.wording import counted

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.declarations import MessageFormat
    from pkgops.operate.queues import Queue, RedriveResult
    from pkgops.ports.queues import QueueMessage

_COLUMNS = ("Queue", "Waiting", "In flight", "Delayed", "Oldest", "Dead letters", "Dead")


@click.group("queues", cls=CommandGroup, default="ls")
def command() -> None:
    """List the queues of systems, look into them, empty them, send to them, and redrive dead letters.

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


_queue_argument = click.argument("name", metavar="[SYSTEM/]QUEUE", shell_complete=complete_queues)

PEEK = """\
pkgops queues peek orders-dlq
pkgops queues peek shop/orders -n 3 --stage prod --output json"""


@session_command("peek", example=PEEK)
@_queue_argument
@click.option("--number", "-n", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many messages.")
def peek(session: Session, name: str, number: int) -> None:
    """Show messages that wait in a queue; they stay in it.

    SQS counts that as a delivery: a message that is looked at too often moves to the dead-letter queue of its queue.
    """
    project, queue = _find(session, name)
    messages = session.ports(project).queues.peek(queue.name, number)
    session.console.print_result(messages, "\n".join(map(_message_text, messages)))
    if not messages:
        session.console.print_message(f"No messages are waiting in {queue.name}.")


@session_command("purge", example="pkgops queues purge orders-dlq\npkgops queues purge shop/orders --yes")
@_queue_argument
@yes("Delete the messages")
def purge(session: Session, name: str, yes: bool) -> None:
    """Delete every message of a queue, after asking. AWS takes up to a minute."""
    from pkgops.cli.confirm import confirm_on_stage
    from pkgops.operate.queues import waiting_messages

    project, queue = _find(session, name)
    port = session.ports(project).queues
    waiting = waiting_messages(queue, port, project.stage.name)
    if waiting:
        question = f"Delete {counted(waiting, 'message')} of {queue.name}?"
        confirm_on_stage(session.console, project.stage, question, "Emptying a queue", yes=yes)
        port.purge(queue.name)
    text = f"Deleted {counted(waiting, 'message')} of {queue.name}." if waiting else f"{queue.name} is empty."
    session.console.print_result({"queue": queue.name, "deleted": waiting}, text)


REDRIVE = """\
pkgops queues redrive orders-dlq --dry-run
pkgops queues redrive shop/orders --stage prod"""


@session_command("redrive", example=REDRIVE)
@_queue_argument
@click.option("--dry-run", is_flag=True, help="Only show how many messages would be moved.")
def redrive(session: Session, name: str, dry_run: bool) -> None:
    """Move dead letters back to their source queue, where they are processed again.

    QUEUE is the source queue or its dead-letter queue, with or without the stage, of the default system or else of
    any other. An interruption loses nothing: messages not moved yet stay, and at worst a message is delivered twice.
    """
    from pkgops.build.build import synthesized
    from pkgops.operate.queues import declared_queues
    from pkgops.operate.queues import redrive as redrive_messages

    console = session.console
    project, queue = _find(session, name)
    known, port = declared_queues(synthesized(project)), session.ports(project).queues
    stage = project.stage.name
    result = redrive_messages(known, queue.name, port, console.emit, dry_run=dry_run, stage=stage)
    console.print_result(result, _redrive_text(result, dry_run))


SEND = """\
pkgops queues send orders --data '{"orderId": "1001"}'
pkgops queues send shop/orders --type ORDER_PLACED --data @order.json
jq .order saved.json | pkgops queues send orders --data - --stage dev
pkgops queues send orders --schema"""


@session_command("send", example=SEND)
@_queue_argument
@click.option("--data", "given", metavar="JSON|@FILE|-", help="The message; - reads stdin.")
@click.option("--type", "kind", metavar="TYPE", help="The message's type, if the data do not name it.")
@click.option("--schema", is_flag=True, help="Print the JSON schema of the queue's messages; nothing is sent.")
@yes("Send the message")
def send(session: Session, name: str, given: str | None, kind: str | None, schema: bool, yes: bool) -> None:
    """Send a message to QUEUE, if the function that reads it would accept it.

    The system's definition says which handler's model the messages of a queue have. A queue without one takes any JSON.
    """
    from pkgops.operate.messages import format_of

    project, queue = _find(session, name)
    declared = format_of(project.system.messages, queue)
    if schema:
        _print_schema(session, project, queue, declared)
        return
    body = _checked_body(session, project, declared, given, kind)
    if project.stage.protected:
        from pkgops.cli.confirm import confirm_on_stage

        confirm_on_stage(session.console, project.stage, f"Send it to {queue.name}?", "Sending a message", yes=yes)
    session.ports(project).queues.send(queue.name, [body])
    session.console.print_result({"queue": queue.name, "checked": declared is not None}, f"Sent to {queue.name}.")


def _checked_body(
    session: Session, project: Project, declared: MessageFormat | None, given: str | None, kind: str | None
) -> str:
    from pkgops.events import Note
    from pkgops.operate.invoke import parse_payload
    from pkgops.operate.messages import body_of, require_valid

    body = body_of(parse_payload(given, sys.stdin), declared, kind)
    if declared:
        require_valid(project.root, declared, body)
    else:
        session.console.emit(Note("The system declares no format for this queue; the message was not checked."))
    return body


def _print_schema(session: Session, project: Project, queue: Queue, declared: MessageFormat | None) -> None:
    from pkgops.cli.output.table import document
    from pkgops.errors import UsageError
    from pkgops.operate.messages import schema

    if declared is None:
        raise UsageError(f"No format is declared for {queue.name}.", "Declare it in `messages` of the system.")
    found = schema(project.root, declared)
    session.console.print_result(found, document(found))


def _find(session: Session, name: str) -> tuple[Project, Queue]:
    from pkgops.build.build import synthesized
    from pkgops.operate.queues import declared_queues, find_queue

    return session.search(name, lambda each, bare: find_queue(declared_queues(synthesized(each)), bare))


def _message_text(message: QueueMessage) -> str:
    from pkgops.cli.output.table import format_time
    from pkgops.cli.output.terminal import indented, style

    times = f", received {counted(message.received, 'time')}" if message.received else ""
    head = f"{format_time(message.sent)} {message.id}{times}"
    return f"{style(head.strip(), bold=True)}\n  {indented(message.body)}"


def _redrive_text(result: RedriveResult, dry_run: bool) -> str:
    if not result.waiting:
        return f"No messages are waiting in {result.source}."
    if dry_run:
        return f"Would move {counted(result.waiting, 'message')} from {result.source} to {result.target}."
    return f"Moved {counted(result.moved, 'message')} from {result.source} to {result.target}."


def _age(seconds: int | None) -> str:
    """Whole seconds, minutes, hours or days."""
    if seconds is None:
        return ""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


for _subcommand in (ls, peek, purge, redrive, send):
    command.add_command(_subcommand)
