"""``pkgops smoke``: tries a deployed system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import systems

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.operate.smoke import SmokeResult

EXAMPLE = """\
pkgops smoke
pkgops smoke shop --stage dev
pkgops smoke shop --stage prod --output json"""


@session_command("smoke", example=EXAMPLE)
@systems
@click.option("--timeout", type=click.FloatRange(min=0.1), default=60.0, show_default=True, help="Seconds for each.")
def command(session: Session, names: tuple[str, ...], all_systems: bool, timeout: float) -> None:
    """Try deployed systems: send the requests they declare, and compare status and content of the answers.

    The addresses are those of the outputs, so on AWS each request goes the way of a user's. Exit code 1 if an answer is
    not as declared. With --all, systems that declare no requests are passed over.
    """
    from pkgops.operate.outputs import read_outputs
    from pkgops.operate.smoke import smoke

    found: list[SmokeResult] = []
    logs = ""
    for project in session.systems(names, all_systems):
        if project.system.smoke or not all_systems:
            rows = read_outputs(project, session.stacks(project), session.ports(project))
            tried = smoke(project, rows, timeout, session.console.emit)
            found += tried
            if not logs and any(one.wrong for one in tried):
                logs = f"pkgops tail-logs --system {project.system.key} --stage {project.stage.name}"
    _print(session, found, logs)


def _print(session: Session, found: list[SmokeResult], logs: str) -> None:
    """The table. PkgopsError if something is wrong in it; ``logs`` shows why."""
    from pkgops.errors import PkgopsError

    cells = ((one.name, one.status or "-", f"{one.milliseconds} ms", one.wrong or "ok") for one in found)
    value = found if session.console.mode.json else None
    session.console.print_table(("Request", "Status", "Time", "Result"), cells, "No system declares requests.", value)
    if failed := [one.name for one in found if one.wrong]:
        raise PkgopsError(f"Not as declared: {', '.join(failed)}.", f"Look at the functions' logs: {logs}")
