"""``pkgops secrets``: lists and sets a system's secrets."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pkgops.cli.command import CommandGroup, session_command
from pkgops.cli.completion import complete_secrets, complete_systems
from pkgops.cli.options import systems
from pkgops.wording import counted

if TYPE_CHECKING:
    from pkgops.cli.output.console import Console
    from pkgops.cli.session import Session
    from pkgops.operate.secrets.secrets import SecretRow

_COLUMNS = ("Secret", "State", "Fields", "Changed", "Stored as")


@click.group("secrets", cls=CommandGroup, default="ls")
def command() -> None:
    """List and set the secrets that systems declare; values come from files, stdin or a prompt.

    Without a subcommand it lists them: pkgops secrets shop is pkgops secrets ls shop.
    """


@session_command("ls", example="pkgops secrets ls\npkgops secrets ls shop notes --stage prod --output json")
@systems
def ls(session: Session, names: tuple[str, ...], all_systems: bool) -> None:
    """List the declared secrets: whether each is set, and the names of its fields, without values."""
    from pkgops.operate.secrets.secrets import secret_rows

    console = session.console
    projects = session.systems(names, all_systems)
    found = [row for project in projects for row in secret_rows(project, session.ports(project))]
    console.print_table(_COLUMNS, map(_cells, found), "No secrets are declared.", found if console.mode.json else None)


def _refuse_value(_ctx: click.Context, _parameter: click.Parameter, given: str | None) -> None:
    from pkgops.operate.secrets.secrets import not_on_the_command_line

    if given is not None:
        raise not_on_the_command_line("There is no option for the value.")


SET = """\
pkgops secrets set stripe-secret key --stage prod
pkgops secrets set session-secret --from secret.txt --stage dev
pkgops secrets set keys card_key=@card.txt mail_key=env:MAIL_KEY"""


@session_command("set", example=SET)
@click.argument("name", metavar="[SYSTEM/]NAME", shell_complete=complete_secrets)
@click.argument("words", metavar="[FIELD | FIELD=SOURCE ...]", nargs=-1)
@click.option("--from", "source", metavar="FILE|-|env:NAME", help="Read the value from there instead of prompting.")
@click.option("--replace", is_flag=True, help="Drop all existing fields.")
@click.option("--value", hidden=True, expose_value=False, callback=_refuse_value)
@click.option("--any-value", is_flag=True, help="Take a value that does not look like its field's.")
def set_(
    session: Session, name: str, words: tuple[str, ...], source: str | None, replace: bool, any_value: bool
) -> None:
    """Set secret NAME, one FIELD of it, or several. Fields not given stay as they are.

    NAME is a secret of the default system, or else of any other. A SOURCE is @FILE, - for stdin, or env:VARIABLE. Where
    a system says which fields a secret has, others are refused.
    """
    from pkgops.operate.secrets.secrets import Setting, declared_secret, set_secret

    console = session.console
    project, known = session.search(name, declared_secret)
    label, value = _given(console, known, words, source)
    notes = set_secret(project, known, value, session.ports(project), Setting(replace, any_value))
    console.print_message(f"Set {label} on stage {project.stage.name}.")
    for note in notes:
        console.print_message(note)


@session_command("show", example="pkgops secrets show stripe-secret\npkgops secrets show stripe-secret --reveal")
@click.argument("name", metavar="[SYSTEM/]NAME", shell_complete=complete_secrets)
@click.option("--reveal", is_flag=True, help="Print the value.")
def show(session: Session, name: str, reveal: bool) -> None:
    """Show secret NAME: its fields, or with --reveal its value.

    NAME is a secret of the default system, or else of any other.
    """
    from pkgops.operate.secrets.secrets import declared_secret, read_secret, secret_rows

    console = session.console
    project, known = session.search(name, declared_secret)
    ports = session.ports(project)
    if reveal:
        value = read_secret(project, known, ports)
        return console.print_value({"value": value}, value)
    (row,) = [row for row in secret_rows(project, ports) if row.name == known]
    return console.print_table(_COLUMNS, [_cells(row)], "", row if console.mode.json else None)


INIT = """\
pkgops secrets init --from secrets.json --stage dev
pkgops secrets init shop --stage prod"""


@session_command("init", example=INIT)
@click.argument("name", required=False, metavar="[SYSTEM]", shell_complete=complete_systems)
@click.option("--from", "source", metavar="FILE|-", help="Read a JSON object, secret to value, instead of prompting.")
def init(session: Session, name: str | None, source: str | None) -> None:
    """Store declared secrets and fields that are missing or empty; existing values stay as they are.

    Values that are random by nature, such as keys for encryption, are made where the system says so.
    """
    from pkgops.operate.secrets.secrets import fill_missing, generate, secret_rows

    project, console = session.project(name), session.console
    ports = session.ports(project)
    outside = project.system.secrets
    missing = [row.name for row in secret_rows(project, ports) if row.state != "set" and row.name in outside]
    stored = [*generate(project, ports), *fill_missing(project, _values(console, source, missing), ports)]
    console.print_result(stored if console.mode.json else None, "\n".join(stored))
    rest = f"; asked for {len(missing)}" if missing else "" if stored else "; none is missing or empty"
    console.print_message(f"Stored {counted(len(stored), 'secret')} on stage {project.stage.name}{rest}.")


for _subcommand in (ls, set_, show, init):
    command.add_command(_subcommand)


def _given(
    console: Console, known: str, words: tuple[str, ...], source: str | None
) -> tuple[str, str | dict[str, str]]:
    """What is set, as it is called in messages, and its value: text, or fields."""
    from pkgops.errors import UsageError
    from pkgops.operate.secrets.secrets import parse_field, parse_sources, read_value

    if sources := parse_sources(words):
        if source is not None or list(sources.values()).count("-") > 1:
            raise UsageError("Stdin and --from hold one value.", "Give each field a source of its own.")
        read = {field: read_value(where.removeprefix("@"), sys.stdin) or "" for field, where in sources.items()}
        return f"{known} {', '.join(read)}", read
    field, value = parse_field(words), read_value(source, sys.stdin)
    label = f"{known}{f' {field}' if field else ''}"
    given = _prompt(console, label) if value is None else value
    return label, given if field is None else {field: given}


def _values(console: Console, source: str | None, missing: list[str]) -> dict[str, object]:
    import json

    from pkgops.errors import UsageError
    from pkgops.operate.secrets.secrets import read_value

    text = read_value(source, sys.stdin)
    if text is None:
        return {name: _prompt(console, name) for name in missing}
    hint = "Write an object: secret to value."
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{source} is not JSON: line {error.lineno}.", hint) from None
    if not isinstance(values, dict):
        raise UsageError(f"{source} is not a JSON object.", hint)
    return values


def _prompt(console: Console, what: str) -> str:
    from pkgops.cli.output.terminal import one_line
    from pkgops.errors import RefusedError

    if not sys.stdin.isatty():
        raise RefusedError(f"There is no terminal to prompt for {what}.", "Use --from FILE or --from -.")
    console.close_display()
    return str(click.prompt(f"Value of {one_line(what)}", hide_input=True, err=True))


def _cells(row: SecretRow) -> tuple[str, ...]:
    fields = ", ".join(name if filled else f"{name} (empty)" for name, filled in row.fields.items())
    return row.name, row.state, fields, row.changed, row.stored_as
