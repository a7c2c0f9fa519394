"""``pkgops invoke``: invokes one function."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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
pkgops invoke create-order --payload @event.json --save first --stage dev
pkgops invoke create-order --generate api --save empty
pkgops invoke create-order --event first --profile
pkgops invoke create-order --event first --debugger --wait
pkgops invoke send-reminders --schedule shop-daily-reminders
pkgops invoke notes/cleanup
jq .event saved.json | pkgops invoke create-order --payload -"""
KINDS = ("api", "sqs", "schedule", "stream", "cognito")


@session_command("invoke", example=EXAMPLE)
@click.argument("name", metavar="[SYSTEM/]FUNCTION", shell_complete=complete_functions)
@click.option("--payload", "given", metavar="JSON|@FILE|-", help="The event; - reads stdin.  [default: {}]")
@click.option("--event", metavar="EVENT", help="Send a saved event: events/SYSTEM/FUNCTION/EVENT.json.")
@click.option(
    "--schedule",
    metavar="RULE",
    shell_complete=complete_schedules,
    help="Send the event of this schedule, by its documented name.",
)
@click.option("--generate", type=click.Choice(KINDS), help="Print the event of such a trigger; invoke nothing.")
@click.option("--save", metavar="EVENT", help="Save the event under this name.")
@click.option("--profile", is_flag=True, help="Show where a cold and a warm call spend their time; on stage local.")
@click.option("--debugger", is_flag=True, help="Let a debugger attach to the function; on stage local.")
@click.option("--wait", is_flag=True, help="With --debugger: wait for it before the function's first line.")
@click.option("--write-launch", is_flag=True, help="With --debugger: write how to attach into .vscode/launch.json.")
def command(session: Session, name: str, **options: Any) -> int:
    """Invoke FUNCTION and wait: its response goes to stdout, the end of its log to stderr.

    FUNCTION is any of its names: health, HealthHandler, its file, its name in AWS; it is looked for in the default
    system, then in all others. Exits with 1 if it failed.
    """
    from pkgops.build.build import synthesized
    from pkgops.build.functions import find_function, functions

    if sum(options[one] is not None for one in ("given", "schedule", "event", "generate")) > 1:
        raise click.UsageError("Give one of --payload, --event, --schedule and --generate, not both.")
    project, function = session.search(name, lambda project, bare: find_function(functions(synthesized(project)), bare))
    event = _event(project, function, options)
    if options["save"] is not None:
        _save(session, project, function, options["save"], event)
    if options["generate"] is not None:
        return _print_event(session, event, saved=options["save"] is not None)
    return _run(session, project, function, event, options)


def _event(project: Project, function: Function, options: Mapping[str, Any]) -> bytes:
    """The event to send, from wherever it comes."""
    from pkgops.build.build import synthesized
    from pkgops.operate.invoke import parse_payload

    if options["schedule"] is not None:
        from pkgops.operate.schedules import find_rules, rule_event

        rules, rule = find_rules(synthesized(project)), options["schedule"].removeprefix(f"{project.system.key}/")
        return rule_event(rules, function, rule, project.stage)
    if options["event"] is not None:
        from pkgops.operate.invocations.saved import read_event

        return read_event(project.root, project.system.key, function, options["event"])
    if options["generate"] is not None:
        from pkgops.operate.invocations.generated import generate

        return json.dumps(generate(function, options["generate"], synthesized(project), project.stage)).encode()
    return parse_payload(options["given"], sys.stdin)


def _save(session: Session, project: Project, function: Function, name: str, event: bytes) -> None:
    from pkgops.operate.invocations.saved import save_event

    path = save_event(project.root, project.system.key, function, name, json.loads(event))
    session.console.print_message(f"Saved {path}. To send it: pkgops invoke {function.short} --event {name}")


def _print_event(session: Session, event: bytes, *, saved: bool) -> int:
    if not saved or session.console.mode.json:
        session.console.print_document(json.loads(event))
    return 0


def _run(session: Session, project: Project, function: Function, event: bytes, options: Mapping[str, Any]) -> int:
    if options["profile"]:
        return _profile(session, project, function, event)
    if not options["debugger"]:
        code = _invoke(session, project, function, event)
        if code and all(options[one] is None for one in ("given", "schedule", "event")):
            kinds = f"{', '.join(KINDS[:-1])} or {KINDS[-1]}"
            made = f"pkgops invoke {function.short} --generate KIND ({kinds})"
            session.console.print_message(f"It was sent {{}}. To see what its trigger sends: {made}")
        return code
    from pkgops.operate.invocations.debugger import attach_text, debuggable, write_launch

    with debuggable(project, function, wait=options["wait"]):
        if options["write_launch"]:
            write_launch(project, [function])
        session.console.print_message(attach_text(project, function, written=options["write_launch"]))
        return _invoke(session, project, function, event)


def _profile(session: Session, project: Project, function: Function, event: bytes) -> int:
    from pkgops.cli.output.profile_text import profile_text
    from pkgops.operate.invocations.profile import profile

    found = profile(project, function, event, session.ports(project).functions)
    session.console.print_result(found, profile_text(found))
    return 0 if found.result.ok else 1


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
