"""How do the stacks stand?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgops.cli.options import targets, verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.status import StatusRow
    from pkgops.synth import Synthesized

EXAMPLE = """\
pkgops status
pkgops status --all --stage dev
pkgops status pkgwatch/api --stage prod --output json"""

_COLUMNS = ("Stack", "Status", "Updated", "Current", "Resources", "Reason")


@verb("status", example=EXAMPLE)
@targets
def command(session: Session, names: tuple[str, ...], everything: bool) -> None:
    """Shows each stack's status, when it was updated last, and whether it equals the code here."""
    from pkgops.operate.status import status

    rows = [
        row
        for project, keys in session.targets(names, everything)
        for row in status(project, _definitions(session, project, keys), session.ports(project))
    ]
    session.rows(_COLUMNS, (_cells(session, row) for row in rows), "There are no stacks.", rows)
    _advise(session, rows)


def _cells(session: Session, row: StatusRow) -> tuple[object, ...]:
    from pkgops.cli.tables import stamp

    current = {True: "yes", False: "no", None: ""}[row.current]
    status = session.tint(row.status)
    return row.name, status, stamp(row.updated), current, row.resources or "", row.reason


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
        return session.packaged(project, keys).stacks
    except (BuildError, ConfigError) as error:
        session.emit(Note(f"Not compared with the code here. {error.message}", "warning"))
        return session.stacks(project, keys)
