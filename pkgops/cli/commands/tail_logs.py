"""What do the functions say?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pkgops.cli import complete
from pkgops.cli.options import verb

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops tail-logs --since 1h
pkgops tail-logs get-package score-calculator --follow
pkgops tail-logs GetPackageHandler --stage dev --filter timeout
pkgops tail-logs --since 2026-05-01T09:30 --json"""


@verb("tail-logs", example=EXAMPLE)
@click.argument("names", nargs=-1, metavar="[FUNCTION ...]", shell_complete=complete.functions)
@click.option("--since", metavar="WHEN", default="10m", show_default=True, help="30s, 10m, 2h, 1d or ISO 8601.")
@click.option("--until", metavar="WHEN", help="The end, in the same forms.")
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes.")
@click.option("--filter", "text", metavar="TEXT", default="", help="Only lines that hold TEXT, in this case.")
@click.option("--json", "json", is_flag=True, help="One JSON object a line, like --output json.")
@click.option("--raw", is_flag=True, help="Lines as they were written, START, END and REPORT too.")
def command(session: Session, names: tuple[str, ...], json: bool, **wanted: Any) -> None:
    """Shows the logs of functions, all of the system's by default, interleaved in time order.

    A function goes by any of its names: get-package, GetPackageHandler, its file, its name in AWS.
    """
    from pkgops.build.functions import find
    from pkgops.cli.output.log_lines import writer
    from pkgops.logs.tail import query, tail

    session.manner.json = session.manner.json or json
    project = session.project()
    known = session.functions(project)
    chosen = [find(known, name) for name in names] or known
    asked = query(project.stage, **wanted)
    lines = tail(chosen, session.ports(project).logs, asked, session.emit)
    write = writer(session, [function.short for function in chosen], raw=asked.raw)
    for line in lines:
        write(line)
        if asked.follow:
            sys.stdout.flush()
