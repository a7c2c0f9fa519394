"""How do the stacks stand?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.options import targets, verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgops.build.synth import Synthesized
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.status import StatusRow

EXAMPLE = """\
pkgops status
pkgops status --all --stage dev
pkgops status --drift --stage prod
pkgops status pkgwatch/api --stage prod --output json"""

_COLUMNS = ("Stack", "Status", "Updated", "Current", "Resources", "Reason")


@verb("status", example=EXAMPLE)
@targets
@click.option("--drift", is_flag=True, help="Look for what was changed by other means; takes minutes on AWS.")
def command(session: Session, names: tuple[str, ...], everything: bool, drift: bool) -> None:
    """Shows each stack's status, when it was updated last, and whether it equals the code here.

    With --drift also whether its resources are what was deployed, and each value that is not.
    """
    rows = [row for p, keys in session.targets(names, everything) for row in _rows(session, p, keys, drift=drift)]
    columns = (*_COLUMNS, "Drift") if drift else _COLUMNS
    cells = ((*_cells(session, row), *([_drift(row)] if drift else [])) for row in rows)
    session.rows(columns, cells, "There are no stacks.", rows)
    _show_drift(session, rows)
    _advise(session, rows)


def _rows(session: Session, project: Project, keys: tuple[str, ...], *, drift: bool) -> list[StatusRow]:
    from pkgops.operate.status import status, with_drift

    ports = session.ports(project)
    rows = status(project, _definitions(session, project, keys), ports)
    return with_drift(rows, ports, session.emit) if drift else rows


def _cells(session: Session, row: StatusRow) -> tuple[object, ...]:
    from pkgops.cli.output.tables import stamp

    current = {True: "yes", False: "no", None: ""}[row.current]
    status = session.tint(row.status)
    return row.name, status, stamp(row.updated), current, row.resources or "", row.reason


def _drift(row: StatusRow) -> str:
    if row.drift is None:
        return ""
    count = len(row.drift.resources)
    return f"{count} drifted" if count else row.drift.status.replace("_", " ").lower()


def _show_drift(session: Session, rows: Sequence[StatusRow]) -> None:
    """Each resource that has drifted with its values, and what can be done."""
    from pkgops.cli.output.plans import diff_text

    found = [row.drift for row in rows if row.drift is not None]
    drifted = [drift for drift in found if drift.resources]
    if drifted and not session.manner.json:
        from pkgops.operate.drift import compared

        session.show(None, "\n" + diff_text([compared("", drift) for drift in drifted]))
    for drift in found:
        session.say(f"{drift.stack}: not compared completely. {drift.reason}" if drift.reason else "")
    if drifted:
        session.say("What has drifted goes back to what was deployed with: pkgops deploy --revert-drift")


def _advise(session: Session, rows: Sequence[StatusRow]) -> None:
    if all(row.status == "NOT_DEPLOYED" for row in rows):
        return session.say("Nothing of this is deployed. Next: pkgops deploy")
    for row in rows:
        session.say(f"{row.name}: {row.advice}" if row.advice else "")
    return None


def _definitions(session: Session, project: Project, keys: tuple[str, ...]) -> Sequence[Synthesized]:
    """The packaged stacks; only their names where the code does not build: the status is wanted then too."""
    from pkgops.errors import BuildError, ConfigError
    from pkgops.events import Note

    try:
        return session.packaged(project, keys, checked=False).stacks
    except (BuildError, ConfigError) as error:
        session.emit(Note(f"Not compared with the code here. {error.message}", "warning"))
        return session.stacks(project, keys)
