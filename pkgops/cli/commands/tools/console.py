"""``pkgops console``: a stage in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops console
pkgops console --stage dev
pkgops console --stage dev --allow-writes dev
pkgops console --no-open --port 8040"""
PORT = "The port on 127.0.0.1.  [default: any free one]"
WRITES = "Let this stage be changed; never a protected one."


@session_command("console", example=EXAMPLE, has_system=False)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help=PORT)
@click.option("--allow-writes", "allowed", metavar="STAGE", default="", help=WRITES)
@click.option("--open/--no-open", "opens", default=True, help="Open the browser where there is a desktop.")
def command(session: Session, port: int, allowed: str, opens: bool) -> None:
    """Show a stage in the browser until Ctrl-C: systems, functions, logs, APIs, data, mail, users.

    The page is served on 127.0.0.1 to the browser that opens the printed address, which works once. Stages on AWS are
    only shown, unless --allow-writes names the stage; protected ones always.
    """
    from pkgops.cli.console_session import run_console

    run_console(session, port, allowed, opens=opens)
