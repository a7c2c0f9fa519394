"""How is the embedded emulator run?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.options import verb, yes

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.local.client.emulator import Emulator, Status
    from pkgops.local.client.mail import Message


class _InOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group("local", cls=_InOrder)
def command() -> None:
    """Runs the embedded emulator, which plays AWS on stage local.

    Every command of stage local starts it when needed; its state is kept in .pkgops/local.
    """


def _emulator(session: Session) -> Emulator:
    from pkgops.local.client.emulator import Emulator

    project = session.project()
    return Emulator.of(project.root, project.stage.port)


@verb("up", example="pkgops local up", system=False, everywhere=False)
def up(session: Session) -> None:
    """Starts the emulator unless it runs."""
    emulator = _emulator(session)
    _show(session, emulator, emulator.up(session.emit))


@verb("down", example="pkgops local down", system=False, everywhere=False)
def down(session: Session) -> None:
    """Stops the emulator after it has saved its state."""
    stopped = _emulator(session).down()
    session.show({"stopped": stopped}, "The emulator has stopped." if stopped else "The emulator did not run.")


@verb("status", example="pkgops local status --output json", system=False, everywhere=False)
def status(session: Session) -> None:
    """Shows whether the emulator runs, since when and where."""
    emulator = _emulator(session)
    _show(session, emulator, emulator.status())


@verb("reset", example="pkgops local reset --yes", system=False, everywhere=False)
@yes("Delete everything")
def reset(session: Session, yes: bool) -> None:
    """Empties the emulator: stacks, tables, buckets, everything.

    Deploy again afterwards, and fill it with pkgops seed-dev.
    """
    emulator = _emulator(session)
    session.agree("Delete everything in the emulator?", "Emptying the emulator", yes=yes)
    emulator.reset()
    session.show({"reset": True}, "The emulator is empty. Next: pkgops deploy")


@verb("logs", example="pkgops local logs --lines 50", system=False, everywhere=False)
@click.option("--lines", "-n", type=click.IntRange(1), default=100, show_default=True, help="How many.")
def logs(session: Session, lines: int) -> None:
    """Shows the end of the emulator's own log. The functions' logs: pkgops tail-logs."""
    found = _emulator(session).log(lines)
    session.show(found, "\n".join(found))


MAIL = """\
pkgops local mail
pkgops local mail 0100018f
curl -i "$(pkgops local mail --to me@example.com --link)\""""


@verb("mail", example=MAIL, system=False, everywhere=False)
@click.argument("id", required=False)
@click.option("--to", metavar="ADDRESS", help="Only mails to this address.")
@click.option("--link", is_flag=True, help="Print the first link of the newest mail, or of the one with that ID, bare.")
def mail(session: Session, id: str | None, to: str | None, link: bool) -> None:
    """Lists the mails sent through the emulator's SES, or shows the one whose ID begins so, with its links."""
    messages = [mail for mail in _emulator(session).messages() if to is None or mail.went_to(to)]
    if link:
        found = _linked(messages, id)
        session.show(found, found)
    elif id is not None:
        message = _message(messages, id)
        session.show(message, _letter(message))
    else:
        rows = [(mail.id, mail.time, mail.sender, mail.to, mail.subject) for mail in messages]
        value = messages if session.manner.json else None
        session.rows(("ID", "Time", "From", "To", "Subject"), rows, "No mail has been sent.", value)


def _show(session: Session, emulator: Emulator, status: Status) -> None:
    if not status.running:
        return session.show(status, "\n".join(filter(None, ("The emulator is down.", status.note))))
    lines = [
        f"Endpoint  {emulator.endpoint}",
        f"Process   {status.pid}, {status.memory / 2**20:.0f} MB, up {_duration(status.uptime)}",
        f"Version   {status.version}",
        f"State     {status.home}",
    ]
    return session.show(status, "\n".join([*lines, *([status.note] if status.note else [])]))


def _duration(seconds: float) -> str:
    hours, minutes = int(seconds // 3600), int(seconds % 3600 // 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{seconds:.0f} s"


def _message(messages: list[Message], id: str) -> Message:
    from pkgops.errors import unknown

    found = [mail for mail in messages if mail.id.startswith(id)]
    if not found:
        raise unknown("mail", id, [mail.id for mail in messages])
    return found[-1]


def _linked(messages: list[Message], id: str | None) -> str:
    from pkgops.errors import UsageError

    chosen = [_message(messages, id)] if id is not None else messages[-1:]
    if not chosen or not chosen[0].links:
        raise UsageError("There is no such mail with a link.", "See all with: pkgops local mail")
    return chosen[0].links[0]


def _letter(mail: Message) -> str:
    head = (f"From: {mail.sender}", f"To: {', '.join(mail.to)}", f"Date: {mail.time}", f"Subject: {mail.subject}")
    links = ("", "Links:", *mail.links) if mail.links else ()
    return "\n".join((*head, "", (mail.text or mail.html).rstrip("\n"), *links))


for _verb in (up, down, status, reset, logs, mail):
    command.add_command(_verb)
