"""``pkgops dev``: the development loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.command import session_command
from pkgops.cli.completion import complete_functions
from pkgops.cli.options import targets

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops dev
pkgops dev notes
pkgops dev shop/api --stage mine --functions get-order
pkgops dev notes --debugger create-note --write-launch
pkgops dev --once --no-logs --output json"""


@session_command("dev", example=EXAMPLE)
@targets
@click.option(
    "--functions",
    multiple=True,
    metavar="FUNCTION",
    shell_complete=complete_functions,
    help="Swap the code of this function, and show its log; not of the others.",
)
@click.option(
    "--debugger",
    multiple=True,
    metavar="FUNCTION",
    shell_complete=complete_functions,
    help="Let a debugger attach to this function; on stage local.",
)
@click.option("--write-launch", is_flag=True, help="With --debugger: write how to attach into .vscode/launch.json.")
@click.option("--no-logs", is_flag=True, help="Do not show the functions' logs.")
@click.option("--once", is_flag=True, help="Deploy what differs, then end.")
def command(session: Session, names: tuple[str, ...], all_systems: bool, **options: Any) -> int:
    """Deploy what differs, then bring every save to the stage until Ctrl-C.

    A change of functions' code replaces it in the functions that import the file, without a deployment; status and
    diff show it, and the next deployment takes it over. Any other change is deployed, after a question only where
    something would be lost or opened. An error leaves what ran before in place. Refused on protected stages.
    """
    if options["write_launch"] and not options["debugger"]:
        raise click.UsageError("--write-launch goes with --debugger: name a function.")
    from pkgops.cli.dev.terminal import run_loop

    return run_loop(session, session.targets(names, all_systems), options)
