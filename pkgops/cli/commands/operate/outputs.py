"""``pkgops outputs``: shows the outputs of the stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.completion import complete_outputs
from pkgops.cli.options import choice

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.outputs import OutputRow

EXAMPLE = """\
pkgops outputs
pkgops outputs shop notes
pkgops outputs ApiUrl
pkgops outputs shop/api.ApiUrl --stage dev
pkgops outputs --stage dev --format dotenv > .env.dev
eval "$(pkgops outputs --format shell)\""""


@session_command("outputs", example=EXAMPLE)
@click.argument("names", nargs=-1, metavar="[SYSTEM[/STACK] ... | [SYSTEM/]KEY]", shell_complete=complete_outputs)
@click.option("--all", "all_systems", is_flag=True, help="Every system.")
@choice("--format", ("table", "json", "dotenv", "shell"), "How to write the outputs.", default="table")
def command(session: Session, names: tuple[str, ...], all_systems: bool, format: str) -> None:
    """Show the outputs of systems or stacks, or the bare value of KEY.

    KEY is an output's name, stack.Output, or the name of its export; it is looked for in the default system, then in
    all others. On stage local, URLs are the ones that work on the emulator.
    """
    from pkgops.operate import outputs
    from pkgops.operate.dotenv import format_dotenv

    console = session.console
    if (row := _output(session, names)) is not None:
        return console.print_value(row, row.value)
    rows = _rows(session, names, all_systems)
    if console.mode.json or format == "json":
        return console.print_document(outputs.nested(rows))
    if format == "table":
        cells = ((row.stack, row.key, row.value, row.export) for row in rows)
        return console.print_table(("Stack", "Output", "Value", "Export"), cells, "The stacks have no outputs.")
    variables = outputs.environment_variables(rows)
    write = outputs.format_shell if format == "shell" else format_dotenv
    return console.print_value(variables, write(variables))


def _read(session: Session, project: Project, keys: tuple[str, ...] = ()) -> list[OutputRow]:
    from pkgops.operate.outputs import read_outputs

    return read_outputs(project, session.stacks(project, keys), session.ports(project))


def _rows(session: Session, names: tuple[str, ...], all_systems: bool) -> list[OutputRow]:
    """The outputs of the selected stacks. Of several systems, stacks are called system/stack, and those that are not
    deployed are left out as long as one is."""
    from dataclasses import replace

    from pkgops.errors import NotFoundError

    selected = session.targets(names, all_systems)
    if len(selected) == 1:
        return _read(session, *selected[0])
    rows: list[OutputRow] = []
    missing: list[NotFoundError] = []
    for project, keys in selected:
        try:
            rows += [replace(row, stack=f"{project.system.key}/{row.stack}") for row in _read(session, project, keys)]
        except NotFoundError as error:
            missing.append(error)
    if len(missing) == len(selected):
        raise missing[0]
    return rows


def _output(session: Session, names: tuple[str, ...]) -> OutputRow | None:
    """The output that the only name means; None if it means a system or a stack."""
    from pkgops import select
    from pkgops.errors import NotFoundError
    from pkgops.operate.outputs import find_output

    if len(names) != 1 or select.system_key(session.root, names[0]):
        return None
    try:
        return session.search(names[0], lambda project, key: find_output(_read(session, project), key))[1]
    except NotFoundError as unknown_output:
        try:
            session.targets(names)
        except NotFoundError:
            raise unknown_output from None
        return None
