"""What must a frontend be told?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli import complete
from pkgops.cli.options import choice, verb

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops env kefir > .env
pkgops env kefir --stage prod --format json
eval "$(pkgops env kefir --format shell)\""""


@verb("env", example=EXAMPLE, system=False)
@click.argument("name", metavar="SYSTEM", shell_complete=complete.systems)
@choice("--format", ("dotenv", "shell", "json"), "How the variables are written.", default="dotenv")
def command(session: Session, name: str, format: str) -> None:
    """Prints the environment variables that a frontend of SYSTEM needs to reach its stage.

    The system says which; their values are what its stacks publish. On stage local URLs lead to the emulator.
    """
    import json

    from pkgops.operate import env, outputs

    project = session.project(name)
    rows = outputs.outputs(project, session.stacks(project), session.ports(project))
    found = env.variables(project.system, rows)
    if format == "json" or session.manner.json:
        return click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    return click.echo(outputs.shell(found) if format == "shell" else outputs.dotenv(found))
