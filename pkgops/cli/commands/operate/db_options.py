"""What do the commands of ``pkgops db`` have in common: which database, and how is it reached?"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.completion import complete_systems

if TYPE_CHECKING:
    from collections.abc import Callable

    from pkgops.cli.session import Session
    from pkgops.config import Project

    Command = Callable[..., Any]


def reached(function: Command) -> Command:
    """``[SYSTEM]`` and ``--via``: parameters ``name`` and ``via``."""
    via = click.option("--via", metavar="HOST:PORT", default="", help="The near end of a tunnel to the database.")
    argument = click.argument("name", metavar="[SYSTEM]", required=False, shell_complete=complete_systems)
    return argument(via(function))


def asked(function: Command) -> Command:
    """``[SYSTEM]``, ``--direct`` and ``--via``: parameter ``asked``, a `pkgops.operate.database.ask.Asked`."""
    direct = click.option("--direct", is_flag=True, help="Connect from this machine, not by the migration function.")

    @wraps(function)
    def with_database(session: Session, name: str | None, direct: bool, via: str, **given: Any) -> Any:
        from pkgops.operate.database.ask import Asked, Way

        project = project_of(session, name)
        found = Asked(project, session.accessible_ports(project), Way(direct, via), session.console.emit)
        return function(session, asked=found, **given)

    return reached(direct(with_database))


def project_of(session: Session, name: str | None) -> Project:
    """The system named, else the only one that declares a database, else the default one. UsageError if that declares
    none."""
    from pkgops.operate.database.address import declared
    from pkgops.project import load_system, systems

    if not (name or session.system):
        found = [key for key in systems(session.root) if load_system(session.root, key).database is not None]
        name = found[0] if len(found) == 1 else None
    project = session.project(name)
    declared(project)
    return project


def confirm_protected(session: Session, project: Project, question: str, action: str, *, yes: bool) -> None:
    """Asks on a protected stage only."""
    from pkgops.cli.confirm import confirm_on_stage

    if project.stage.protected:
        confirm_on_stage(session.console, project.stage, question, action, yes=yes)
