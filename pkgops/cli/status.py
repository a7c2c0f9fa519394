"""How do the stacks stand?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgops.cli.options import targets, verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.synth import Synthesized

EXAMPLE = """\
pkgops status
pkgops status --all --stage dev
pkgops status pkgwatch/api --stage prod --output json"""

_CURRENT = {True: "yes", False: "no", None: ""}


@verb("status", example=EXAMPLE)
@targets
def command(session: Session, names: tuple[str, ...], everything: bool) -> None:
    """Shows each stack's status, when it was updated last, and whether it equals the code here."""
    from pkgops.cli.tables import stamp
    from pkgops.operate.status import status

    rows = [
        row
        for project, keys in session.targets(names, everything)
        for row in status(project, _definitions(session, project, keys), session.ports(project))
    ]
    color = session.tint
    cells = (
        (r.name, color(r.status), stamp(r.updated), _CURRENT[r.current], r.resources or "", r.reason) for r in rows
    )
    session.rows(("Stack", "Status", "Updated", "Current", "Resources", "Reason"), cells, "No stacks.", rows)
    if not any(row.status != "NOT_DEPLOYED" for row in rows):
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
