"""How are a system's secrets looked at and set?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pkgops.cli.options import verb

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.operate.secrets import SecretRow

_COLUMNS = ("Secret", "State", "Fields", "Stored as")


@click.group("secrets")
def command() -> None:
    """Shows and sets the secrets a system declares; values come from files, stdin or a prompt."""


@verb("ls", example="pkgops secrets ls\npkgops secrets ls --stage prod --output json")
def listed(session: Session) -> None:
    """Lists the declared secrets: whether each is set, and the names of its fields. No values."""
    from pkgops.operate.secrets import rows

    project = session.project()
    found = rows(project, session.ports(project))
    cells = [(row.name, row.state, _fields(row), row.stored_as) for row in found]
    session.rows(_COLUMNS, cells, "The system declares no secrets.", found if session.manner.json else None)


SET = """\
pkgops secrets set stripe-secret key --stage prod
pkgops secrets set session-secret --from secret.txt --stage dev"""


@verb("set", example=SET)
@click.argument("name")
@click.argument("words", metavar="[FIELD]", nargs=-1)
@click.option("--from", "source", metavar="FILE|-", help="Where the value stands; asked for if left out.")
@click.option("--replace", is_flag=True, help="Keep no field of what was set before.")
def put_one(session: Session, name: str, words: tuple[str, ...], source: str | None, replace: bool) -> None:
    """Sets secret NAME, or one FIELD of it. Fields that are not given stay as they are."""
    from pkgops.operate.secrets import declared, field_of, given, put

    project = session.project()
    known, field = declared(project, name), field_of(words)
    value = given(source, sys.stdin)
    if value is None:
        value = _asked(session, f"{known}{f' {field}' if field else ''}")
    put(project, known, field, value, session.ports(project), replace)
    session.say(f"Set {known}{f' {field}' if field else ''} on stage {project.stage.name}.")


@verb("show", example="pkgops secrets show stripe-secret\npkgops secrets show stripe-secret --reveal --stage dev")
@click.argument("name")
@click.option("--reveal", is_flag=True, help="Print the value itself.")
def shown(session: Session, name: str, reveal: bool) -> None:
    """Shows secret NAME: its fields, or with --reveal its value."""
    from pkgops.operate.secrets import declared, rows
    from pkgops.operate.secrets import reveal as read

    project = session.project()
    known, ports = declared(project, name), session.ports(project)
    if reveal:
        value = read(project, known, ports)
        session.show({"value": value}, value)
        return
    (row,) = [row for row in rows(project, ports) if row.name == known]
    session.rows(
        _COLUMNS, [(row.name, row.state, _fields(row), row.stored_as)], "", row if session.manner.json else None
    )


INIT = """\
pkgops secrets init --from secrets.json --stage dev
pkgops secrets init --stage prod"""


@verb("init", example=INIT)
@click.option("--from", "source", metavar="FILE|-", help="A JSON object, secret to value; asked for if left out.")
def filled(session: Session, source: str | None) -> None:
    """Stores the declared secrets, and their fields, that are missing or empty; what is set stays as it is."""
    from pkgops.operate.secrets import fill, rows

    project = session.project()
    ports = session.ports(project)
    missing = [row.name for row in rows(project, ports) if row.state != "set"]
    stored = fill(project, _values(session, source, missing), ports)
    session.show(stored if session.manner.json else None, "\n".join(stored))
    session.say(f"Stored {len(stored)} secrets on stage {project.stage.name}; {len(missing)} were missing or empty.")


for _verb in (listed, put_one, shown, filled):
    command.add_command(_verb)


def _values(session: Session, source: str | None, missing: list[str]) -> dict[str, object]:
    import json

    from pkgops.errors import UsageError
    from pkgops.operate.secrets import given

    text = given(source, sys.stdin)
    if text is None:
        return {name: _asked(session, name) for name in missing}
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{source} is not JSON: line {error.lineno}.", "Write an object: secret to value.") from None
    if not isinstance(values, dict):
        raise UsageError(f"{source} is not a JSON object.", "Write an object: secret to value.")
    return values


def _asked(session: Session, what: str) -> str:
    from pkgops.errors import RefusedError

    if not sys.stdin.isatty():
        raise RefusedError(f"There is no terminal to ask for {what} on.", "Use --from FILE or --from -.")
    session.calm()
    return str(click.prompt(f"Value of {what}", hide_input=True, err=True))


def _fields(row: SecretRow) -> str:
    return ", ".join(name if there else f"{name} (empty)" for name, there in row.fields.items())
