"""``pkgops status``: shows the state of each stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgops.build.synth import SynthesizedStack
    from pkgops.cli.output.console import Console
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.status import StatusRow

EXAMPLE = """\
pkgops status
pkgops status --all --stage dev
pkgops status --drift --stage prod
pkgops status shop/api --stage prod --output json"""

_COLUMNS = ("Stack", "Status", "Updated", "Current", "Resources", "Reason")


@session_command("status", example=EXAMPLE)
@targets
@click.option("--drift", is_flag=True, help="Detect drift: changes made outside of deployments. Takes minutes on AWS.")
def command(session: Session, names: tuple[str, ...], all_systems: bool, drift: bool) -> None:
    """Show each stack's status, when it was last updated, and whether it matches the code.

    An emulator that does not run is not started. With --drift also whether its resources still match what was deployed,
    and each value that does not.
    """
    rows = [row for p, keys in session.targets(names, all_systems) for row in _rows(session, p, keys, drift=drift)]
    columns = (*_COLUMNS, "Drift") if drift else _COLUMNS
    cells = ((*_cells(row), *([_drift(row)] if drift else [])) for row in rows)
    session.console.print_table(columns, cells, "There are no stacks.", rows)
    _print_drift(session.console, rows)
    _print_advice(session.console, rows, _deployment(session, names, all_systems=all_systems))


def _rows(session: Session, project: Project, keys: tuple[str, ...], *, drift: bool) -> list[StatusRow]:
    from pkgops.operate.status import add_drift, stack_status, unknown_status

    if not session.has_ports(project):
        return unknown_status(session.stacks(project, keys))
    ports = session.ports(project)
    rows = stack_status(project, _definitions(session, project, keys), ports)
    return add_drift(rows, ports, session.console.emit) if drift else rows


def _definitions(session: Session, project: Project, keys: tuple[str, ...]) -> Sequence[SynthesizedStack]:
    """The packaged stacks; without templates if the code does not build, because the status is needed then too."""
    from pkgops.errors import BuildError, ConfigError
    from pkgops.events import Note

    try:
        return session.packaged(project, keys, checked=False).stacks
    except (BuildError, ConfigError) as error:
        session.console.emit(Note(f"Not compared with the code. {error.message}", "warning"))
        return session.stacks(project, keys)


def _cells(row: StatusRow) -> tuple[object, ...]:
    from pkgops.cli.output.event_text import colored_status
    from pkgops.cli.output.table import format_time

    current = {True: "yes", False: "no", None: ""}[row.current]
    return row.name, colored_status(row.status), format_time(row.updated), current, row.resources or "", row.reason


def _drift(row: StatusRow) -> str:
    if row.drift is None:
        return ""
    count = len(row.drift.resources)
    return f"{count} drifted" if count else row.drift.status.replace("_", " ").lower()


def _print_drift(console: Console, rows: Sequence[StatusRow]) -> None:
    """Prints each drifted resource with its values, and how to revert them."""
    from pkgops.cli.output.diff_text import diff_text
    from pkgops.cli.output.terminal import one_line

    found = [row.drift for row in rows if row.drift is not None]
    drifted = [drift for drift in found if drift.resources]
    if drifted and not console.mode.json:
        from pkgops.operate.drift import drift_diff

        console.print_result(None, "\n" + diff_text([drift_diff("", drift) for drift in drifted]))
    if found:
        from pkgops.operate.drift import drift_notes

        for note in (note for drift in found for note in drift_notes(drift)):
            console.print_message(one_line(note))
    if drifted:
        console.print_message("To revert drift to what was deployed: pkgops deploy --revert-drift")


def _deployment(session: Session, names: Sequence[str], *, all_systems: bool) -> str:
    """The command that deploys what was asked about."""
    which = ["--all"] if all_systems else names or ([session.system] if session.system else [])
    return " ".join(["pkgops deploy", *which, *(["--stage", session.stage] if session.stage else [])])


def _print_advice(console: Console, rows: Sequence[StatusRow], deployment: str) -> None:
    from pkgops.cli.output.terminal import one_line
    from pkgops.operate.status import UNKNOWN

    if rows and all(row.status == UNKNOWN for row in rows):
        return console.print_message("The emulator is not running. Start it: pkgops local up")
    if all(row.status == "NOT_DEPLOYED" for row in rows):
        return console.print_message(f"None of these stacks is deployed. Next: {deployment}")
    for row in rows:
        console.print_message(f"{row.name}: {row.advice}" if row.advice else "")
        for one in row.swapped:
            console.print_message(f"{row.name}: {one_line(str(one))}")
    if any(row.swapped for row in rows):
        console.print_message(f"These functions run other code than was deployed. Next: {deployment}")
    return None
