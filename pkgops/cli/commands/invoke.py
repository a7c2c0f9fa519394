"""What does a function answer?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pkgops.cli import complete
from pkgops.cli.options import verb

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.invoke import Answer

EXAMPLE = """\
pkgops invoke health
pkgops invoke get-package --payload '{"pathParameters": {"ecosystem": "npm", "name": "lodash"}}'
pkgops invoke scan --payload @event.json --stage dev
pkgops invoke refresh-dispatcher --schedule pkgwatch-daily-refresh
jq .event saved.json | pkgops invoke scan --payload -"""


@verb("invoke", example=EXAMPLE)
@click.argument("name", metavar="FUNCTION", shell_complete=complete.functions)
@click.option("--payload", "given", metavar="JSON|@FILE|-", help="The event; - reads stdin.  [default: {}]")
@click.option("--schedule", metavar="RULE", help="Send what this schedule sends, by its name in the documents.")
def command(session: Session, name: str, given: str | None, schedule: str | None) -> int:
    """Calls FUNCTION and waits: its answer goes to stdout, the tail of its log to stderr.

    FUNCTION is any of its names: health, HealthHandler, its file, its name in AWS. Ends with 1 if it failed.
    """
    from pkgops.operate.invoke import invoke, payload

    if given is not None and schedule is not None:
        raise click.UsageError("Give --payload or --schedule, not both.")
    project = session.project()
    body = _scheduled(session, project, name, schedule) if schedule else payload(given, sys.stdin)
    answer = invoke(session.functions(project), name, body, session.ports(project).functions)
    if not session.manner.json:
        session.say(_told(answer, color=session.colored))
    session.show(answer if session.manner.json else answer.payload, _text(answer.payload))
    return 0 if answer.ok else 1


def _scheduled(session: Session, project: Project, name: str, schedule: str) -> bytes:
    from pkgops.build.build import synthesized
    from pkgops.build.functions import find
    from pkgops.operate.schedules import event, rules

    function = find(session.functions(project), name)
    return event(rules(synthesized(project)), function, schedule, project.stage)


def _told(answer: Answer, *, color: bool) -> str:
    from pkgops.cli.output.log_lines import body

    lines = [body(line, color=color) for line in answer.log]
    outcome = answer.error or f"{answer.function} answered {answer.status} in {answer.seconds:.2f} s."
    return "\n".join([*lines, outcome])


def _text(payload: object) -> str:
    from pkgops.cli.output.tables import document

    return payload if isinstance(payload, str) else document(payload)
