"""``pkgops outputs``: shows the outputs of the stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import choice

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops outputs
pkgops outputs ApiUrl
pkgops outputs api.ApiUrl --stage dev
pkgops outputs --stage dev --format dotenv > .env.dev
eval "$(pkgops outputs --format shell)\""""


@session_command("outputs", example=EXAMPLE)
@click.argument("key", required=False)
@choice("--format", ("table", "json", "dotenv", "shell"), "How to write the outputs.", default="table")
def command(session: Session, key: str | None, format: str) -> None:
    """Show the outputs of a system's stacks, or the bare value of KEY.

    KEY is an output's name, stack.Output, or the name of its export. On stage local, URLs are the ones that work on
    the emulator.
    """
    from pkgops.operate import outputs

    project, console = session.project(), session.console
    rows = outputs.read_outputs(project, session.stacks(project), session.ports(project))
    if key is not None:
        row = outputs.find_output(rows, key)
        return console.print_result(row, row.value)
    if console.mode.json or format == "json":
        return click.echo(outputs.format_json(rows))
    if format == "table":
        cells = ((row.stack, row.key, row.value, row.export) for row in rows)
        return console.print_table(("Stack", "Output", "Value", "Export"), cells, "The stacks have no outputs.")
    variables = outputs.environment_variables(rows)
    return click.echo(outputs.format_shell(variables) if format == "shell" else outputs.format_dotenv(variables))
