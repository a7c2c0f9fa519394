"""``pkgops tail-logs``: shows and follows the functions' logs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.command import session_command
from pkgops.cli.completion import complete_names
from pkgops.errors import NotFoundError

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.logs.query import Query

EXAMPLE = """\
pkgops tail-logs --since 1h
pkgops tail-logs get-order create-order --follow
pkgops tail-logs notes shop/get-order
pkgops tail-logs GetOrderHandler --stage dev --filter timeout
pkgops tail-logs database --stage prod --since 1h
pkgops tail-logs --request 5f0f9d4e-6f1c-4d9a-9c57-0c8f7b8e2a11
pkgops tail-logs --since 2026-05-01T09:30 --output json"""
_MIGRATION = "migration"
REQUEST = "Only the invocation with this request id: Lambda's own, or the gateway's where the function logs it."
SINCE = "Start time: how long ago (30s, 10m, 2h, 1d) or ISO 8601."


@session_command("tail-logs", example=EXAMPLE)
@click.argument("names", nargs=-1, metavar="[SYSTEM|[SYSTEM/]FUNCTION ...]", shell_complete=complete_names)
@click.option("--since", metavar="TIME", default="10m", show_default=True, help=SINCE)
@click.option("--until", metavar="TIME", help="End time, in the same forms.")
@click.option("--follow", "-f", is_flag=True, help="Keep showing new lines as they arrive.")
@click.option("--filter", "text", metavar="TEXT", default="", help="Only lines that contain TEXT; case-sensitive.")
@click.option("--request", metavar="ID", default="", help=REQUEST)
@click.option("--raw", is_flag=True, help="Lines as they were written, including START, END and REPORT.")
def command(session: Session, names: tuple[str, ...], **options: Any) -> None:
    """Show the logs of functions, by default all of the system, merged in time order.

    A function goes by any of its names: get-order, GetOrderHandler, its file, its name in AWS; it is looked for in
    the default system, then in all others. A system means all its functions. The log of a database cluster goes by its
    identifier, or by "database" if it is the only one, that of the function that migrates it by "migration".
    --output json writes one JSON object per line. Functions at the edge log in the region they were called from; on
    AWS every region of the account is read.
    """
    from pkgops.cli.output.log_lines import line_writer
    from pkgops.logs.query import parse_query
    from pkgops.logs.tail import tail_logs

    project, chosen = _functions(session, names)
    query = parse_query(project.stage, **options)
    write = line_writer(session.console, [function.short for function in chosen], raw=query.raw)
    found = False
    for line in tail_logs(chosen, session.ports(project).logs, query, session.console.emit):
        found = True
        write(line)
        if query.follow:
            sys.stdout.flush()
    if not found:
        session.console.print_message(_nothing(session, project, chosen, query))


def _functions(session: Session, names: tuple[str, ...]) -> tuple[Project, list[Function]]:
    """The named functions, each once, and the project of the first of them, whose stage is that of all."""
    from pkgops.build.build import synthesized
    from pkgops.build.functions import functions
    from pkgops.select import system_key

    projects: list[Project] = []
    chosen: list[Function] = []
    for name in names or (None,):
        system = name and system_key(session.root, name)
        if name is None or system:
            project = session.project(system)
            found = functions(synthesized(project))
        else:
            project, function = session.search(name, _found)
            found = [function]
        projects.append(project)
        chosen += [function for function in found if function not in chosen]
    return projects[0], chosen


def _nothing(session: Session, project: Project, chosen: list[Function], query: Query) -> str:
    """Where it was looked in vain, and whether the system is deployed; groups of one that was may still be there."""
    from pkgops.build.build import synthesized
    from pkgops.cli.output.log_lines import nothing_found
    from pkgops.operate.outputs import read_outputs

    said = nothing_found(query, [function.log_group for function in chosen])
    try:
        read_outputs(project, synthesized(project), session.ports(project))
    except NotFoundError as error:
        return f"{said}\n{error.message} {error.hint}"
    return said


def _found(project: Project, name: str) -> Function:
    """The function of that name, or the log of the database; "migration" is what migrates it, however it is called."""
    from pkgops.build.build import synthesized
    from pkgops.build.database_logs import find_database_log
    from pkgops.build.functions import find_function, functions

    stacks = synthesized(project)
    known, database = functions(stacks), project.system.database
    if database and name.strip().casefold() == _MIGRATION:
        name = next((one.name for one in known if one.handler == database.program), name)
    return find_database_log(stacks, name) or find_function(known, name)
