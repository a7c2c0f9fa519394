"""What do the deployed stacks publish?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.options import choice, verb

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops outputs
pkgops outputs ApiUrl
pkgops outputs api.ApiUrl --stage dev
pkgops outputs --stage dev --format dotenv > .env.dev
eval "$(pkgops outputs --format shell)\""""


@verb("outputs", example=EXAMPLE)
@click.argument("key", required=False)
@choice("--format", ("table", "json", "dotenv", "shell"), "How the outputs are written.", default="table")
def command(session: Session, key: str | None, format: str) -> None:
    """Shows the outputs of a system's stacks, or the bare value of KEY.

    KEY is an output's name, stack.Output, or the name of its export. URLs on stage local are the ones that
    work on the emulator.
    """
    from pkgops.operate import outputs

    project = session.project()
    rows = outputs.outputs(project, session.stacks(project), session.ports(project))
    if key is not None:
        row = outputs.one(rows, key)
        return session.show(row, row.value)
    if format == "table" and not session.manner.json:
        cells = ((row.stack, row.key, row.value, row.export) for row in rows)
        return session.rows(("Stack", "Output", "Value", "Export"), cells, "The stacks publish nothing.")
    written = {"dotenv": outputs.as_dotenv, "shell": outputs.as_shell}.get(format, outputs.as_json)
    return click.echo(outputs.as_json(rows) if session.manner.json else written(rows))
