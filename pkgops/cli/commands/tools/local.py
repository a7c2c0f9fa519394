"""``pkgops local``: runs the embedded emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import CommandGroup, session_command
from pkgops.cli.options import yes

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.local.client.distributions import Distribution
    from pkgops.local.client.emulator import Emulator, Status
    from pkgops.local.client.mail import Message

_ENDED = ", ended; to start it again: pkgops local down, then pkgops local up"


@click.group("local", cls=CommandGroup)
def command() -> None:
    """Run the embedded emulator, which stands in for AWS on stage local.

    Commands on stage local start it when needed; its state is kept in .pkgops/local.
    """


def _emulator(session: Session) -> Emulator:
    from pkgops.local.client.emulator import Emulator

    project = session.project()
    return Emulator.of(project.root, project.stage.port, project.stage.workers, project.stage.resume)


@session_command("up", example="pkgops local up", has_system=False, local_only=True)
def up(session: Session) -> None:
    """Start the emulator unless it is running."""
    emulator = _emulator(session)
    _print_status(session, emulator, emulator.up(session.console.emit))


@session_command("down", example="pkgops local down", has_system=False, local_only=True)
@click.option("--force", is_flag=True, help="Stop it even if its state cannot be saved.")
def down(session: Session, force: bool) -> None:
    """Stop the emulator after saving its state. If that is impossible, it goes on running."""
    stopped = _emulator(session).down(force=force)
    session.console.print_result(
        {"stopped": stopped}, "The emulator has stopped." if stopped else "The emulator was not running."
    )


@session_command("status", example="pkgops local status --output json", has_system=False, local_only=True)
def status(session: Session) -> None:
    """Show whether the emulator is running, since when and where."""
    emulator = _emulator(session)
    _print_status(session, emulator, emulator.status())


@session_command("reset", example="pkgops local reset --yes", has_system=False, local_only=True)
@yes("Delete everything")
def reset(session: Session, yes: bool) -> None:
    """Delete everything in the emulator: stacks, tables, buckets, all of it.

    Deploy again afterwards, and fill it with pkgops seed-dev.
    """
    from pkgops.cli.confirm import confirm

    emulator = _emulator(session)
    confirm(session.console, "Delete everything in the emulator?", "Resetting the emulator", yes=yes)
    emulator.reset()
    session.console.print_result({"reset": True}, "The emulator is empty. Next: pkgops deploy")


PAUSE = """\
pkgops local pause
pkgops local pause shop-cluster"""


@session_command("pause", example=PAUSE, has_system=False, local_only=True)
@click.argument("cluster", required=False, default="")
def pause(session: Session, cluster: str) -> None:
    """Pause clusters of Aurora that pause by themselves when nobody is connected, without waiting for that.

    The next connection is held for the seconds of the setting resume, as on AWS. A connection keeps a cluster awake.
    """
    from pkgops.cli.output.terminal import one_line
    from pkgops.errors import RefusedError
    from pkgops.local.client.pauses import pause as pause_now
    from pkgops.wording import counted

    found = pause_now(_emulator(session), cluster)
    if awake := [one for one in found if not one.paused]:
        kept = ", ".join(f"{one.name} (by {counted(one.connections, 'connection')})" for one in awake)
        raise RefusedError(f"Kept awake: {kept}.", "Close what is connected, and repeat the command.")
    late = f"the next connection waits {counted(session.project().stage.resume, 'second')}"
    session.console.print_result(found, "\n".join(one_line(f"{one.name} is paused: {late}.") for one in found))


@session_command("logs", example="pkgops local logs --lines 50", has_system=False, local_only=True)
@click.option("--lines", "-n", type=click.IntRange(1), default=100, show_default=True, help="How many lines.")
def logs(session: Session, lines: int) -> None:
    """Show the end of the emulator's own log. For the functions' logs: pkgops tail-logs."""
    found = _emulator(session).log(lines)
    session.console.print_result(found, "\n".join(found))


ENV = """\
eval "$(pkgops local env)"
pkgops local env --output json"""


@session_command("env", example=ENV, has_system=False, local_only=True)
def env(session: Session) -> None:
    """Print the variables with which other AWS clients reach the emulator as its root user, for eval in a shell.

    They hold the root user's secret, which every other command keeps to itself.
    """
    from pkgops.events import Note
    from pkgops.local.client.variables import as_exports, variables

    emulator = _emulator(session)
    if not emulator.running():
        session.console.emit(Note("The emulator is not running. Start it with: pkgops local up", "warning"))
    found = variables(emulator, session.project().stage.region)
    session.console.print_result(found, as_exports(found))


MAIL = """\
pkgops local mail
pkgops local mail 0100018f
pkgops local mail --to me@example.com --code
curl -i "$(pkgops local mail --to me@example.com --link)\""""


@session_command("mail", example=MAIL, has_system=False, local_only=True)
@click.argument("id", required=False)
@click.option("--to", metavar="ADDRESS", help="Only mail to this address.")
@click.option("--link", is_flag=True, help="Print only the first link of the newest mail, or of the mail with that ID.")
@click.option(
    "--code", is_flag=True, help="Print only the code in the newest mail that has one, or in the mail with ID."
)
def mail(session: Session, id: str | None, to: str | None, link: bool, code: bool) -> None:
    """List the mail sent through the emulator's SES, or show the mail whose ID starts with ID, with its links."""
    messages = [mail for mail in _emulator(session).messages() if to is None or mail.went_to(to)]
    if link or code:
        found = _first_link(messages, id) if link else _newest_code(messages, id)
        session.console.print_value(found, found)
    elif id is not None:
        message = _message(messages, id)
        session.console.print_result(message, _mail_text(message))
    else:
        rows = [(mail.id, mail.time, mail.sender, mail.to, mail.subject) for mail in messages]
        value = messages if session.console.mode.json else None
        session.console.print_table(("ID", "Time", "From", "To", "Subject"), rows, "No mail has been sent.", value)


def _print_status(session: Session, emulator: Emulator, status: Status) -> None:
    if not status.running:
        return session.console.print_result(status, status.note or "The emulator is not running.")
    lines = [
        f"Endpoint  {emulator.endpoint}",
        f"Process   {status.pid}, {_megabytes(status.memory)}, up {_duration(status.uptime)}",
        f"Version   {status.version}",
        f"State     {status.home}",
    ]
    lines += [_distribution_line(row) for row in status.distributions]
    if status.certificate:
        lines.append(f"Trust     {status.certificate}, with which distributions and WebSocket APIs speak TLS")
    servers = [*(("Redis", one) for one in status.redis), *(("Postgres", one) for one in status.postgres)]
    lines += [f"{kind:10}{one.described}{'' if one.running else _ENDED}" for kind, one in servers]
    if status.unsaved:
        lines.append(f"Unsaved   {status.unsaved}")
    return session.console.print_result(status, "\n".join([*lines, *([status.note] if status.note else [])]))


def _distribution_line(row: Distribution) -> str:
    from pkgops.cli.output.terminal import one_line

    said = f"{row.domain} ({row.comment})" if row.comment else row.domain
    return one_line(f"Serves    {row.address or 'no free port'}  {said}")


def _megabytes(memory: int | None) -> str:
    return "memory unknown" if memory is None else f"{memory / 2**20:.0f} MB"


def _duration(seconds: float) -> str:
    hours, minutes = int(seconds // 3600), int(seconds % 3600 // 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{seconds:.0f} s"


def _message(messages: list[Message], id: str) -> Message:
    from pkgops.errors import unknown

    found = [mail for mail in messages if mail.id.startswith(id)]
    if not found:
        raise unknown("mail", id, [mail.id for mail in messages])
    return found[-1]


def _first_link(messages: list[Message], id: str | None) -> str:
    from pkgops.errors import UsageError

    chosen = [_message(messages, id)] if id is not None else messages[-1:]
    if not chosen or not chosen[0].links:
        raise UsageError("No such mail has a link.", "List all mail: pkgops local mail")
    return chosen[0].links[0]


def _newest_code(messages: list[Message], id: str | None) -> str:
    from pkgops.errors import UsageError

    chosen = [_message(messages, id)] if id is not None else messages
    codes = [mail.codes[0] for mail in chosen if mail.codes]
    if not codes:
        raise UsageError("No such mail has a code.", "List all mail: pkgops local mail")
    return codes[-1]


def _mail_text(mail: Message) -> str:
    from pkgops.cli.output.terminal import one_line

    head = (f"From: {mail.sender}", f"To: {', '.join(mail.to)}", f"Date: {mail.time}", f"Subject: {mail.subject}")
    links = ("", "Links:", *mail.links) if mail.links else ()
    return "\n".join((*map(one_line, head), "", (mail.text or mail.html).rstrip("\n"), *links))


for _subcommand in (up, down, status, reset, pause, logs, env, mail):
    command.add_command(_subcommand)
