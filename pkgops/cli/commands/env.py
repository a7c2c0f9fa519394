"""``pkgops env``: prints the environment variables a frontend needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.completion import complete_systems
from pkgops.cli.options import choice

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops env shop > .env
pkgops env shop --stage prod --format json
eval "$(pkgops env shop --format shell)\""""


@session_command("env", example=EXAMPLE)
@click.argument("name", required=False, metavar="[SYSTEM]", shell_complete=complete_systems)
@choice("--format", ("dotenv", "shell", "json"), "How to write the variables.", default="dotenv")
def command(session: Session, name: str | None, format: str) -> None:
    """Print the environment variables that a frontend of a system needs to reach its stage.

    The system declares them; their values are outputs of its stacks. On stage local, URLs point to the emulator.
    """
    from pkgops.operate.env import frontend_variables
    from pkgops.operate.outputs import format_dotenv, format_shell, read_outputs

    project = session.project(name)
    rows = read_outputs(project, session.stacks(project), session.ports(project))
    variables = frontend_variables(project.system, rows)
    if format == "json":
        return session.console.print_document(variables)
    write = format_shell if format == "shell" else format_dotenv
    return session.console.print_value(variables, write(variables))
