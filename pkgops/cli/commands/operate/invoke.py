"""``pkgops invoke``: invokes one function."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.completion import complete_functions, complete_schedules

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.invoke import InvokeResult

EXAMPLE = """\
pkgops invoke health
pkgops invoke get-order --payload '{"pathParameters": {"id": "1001"}}'
pkgops invoke create-order --payload @event.json --stage dev
pkgops invoke send-reminders --schedule shop-daily-reminders
pkgops invoke notes/cleanup
jq .event saved.json | pkgops invoke create-order --payload -"""


@session_command("invoke", example=EXAMPLE)
@click.argument("name", metavar="[SYSTEM/]FUNCTION", shell_complete=complete_functions)
@click.option("--payload", "given", metavar="JSON|@FILE|-", help="The event; - reads stdin.  [default: {}]")
@click.option(
    "--schedule",
    metavar="RULE",
    shell_complete=complete_schedules,
    help="Send the event of this schedule, by its documented name.",
)
def command(session: Session, name: str, given: str | None, schedule: str | None) -> int:
    """Invoke FUNCTION and wait: its response goes to stdout, the end of its log to stderr.

    FUNCTION is any of its names: health, HealthHandler, its file, its name in AWS; it is looked for in the default
    system, then in all others. Exits with 1 if it failed.
    """
    from pkgops.build.build import synthesized
    from pkgops.build.functions import find_function, functions

    if given is not None and schedule is not None:
        raise click.UsageError("Give --payload or --schedule, not both.")
    project, function = session.search(name, lambda project, bare: find_function(functions(synthesized(project)), bare))
    if schedule is not None:
        from pkgops.operate.schedules import find_rules, rule_event

        rules, rule = find_rules(synthesized(project)), schedule.removeprefix(f"{project.system.key}/")
        return _invoke(session, project, function, rule_event(rules, function, rule, project.stage))
    from pkgops.operate.invoke import parse_payload

    return _invoke(session, project, function, parse_payload(given, sys.stdin))


def _invoke(session: Session, project: Project, function: Function, event: bytes) -> int:
    from pkgops.operate.invoke import invoke

    console = session.console
    result = invoke(function, event, session.ports(project).functions)
    console.print_message(_log_text(result))
    console.print_result(result if console.mode.json else result.payload, _payload_text(result.payload))
    return 0 if result.ok else 1


def _log_text(result: InvokeResult) -> str:
    from pkgops.cli.output.log_lines import line_text
    from pkgops.cli.output.terminal import indented

    lines = [f"  {indented(line_text(line))}" for line in result.log]
    outcome = indented(result.error) or f"{result.function} returned {result.status} in {result.seconds:.2f} s."
    return "\n".join([*lines, outcome])


def _payload_text(payload: object) -> str:
    from pkgops.cli.output.table import document

    return payload if isinstance(payload, str) else document(payload)
