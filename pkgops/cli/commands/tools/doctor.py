"""``pkgops doctor``: checks tools, credentials and configuration, or prints a deployer's IAM policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.completion import complete_systems

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops doctor
pkgops doctor --stage prod
pkgops doctor --stage dev --output json
pkgops doctor shop --policy --stage dev"""

_COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


@session_command("doctor", example=EXAMPLE)
@click.argument("name", required=False, metavar="[SYSTEM]", shell_complete=complete_systems)
@click.option("--policy", is_flag=True, help="Print the IAM policies a deployer of the system needs, and stop.")
def command(session: Session, name: str | None, policy: bool) -> int:
    """Check Python, tools, stages.toml, credentials, account, region, bootstrap, emulator and WebSocket API.

    Each line is ok, warn or fail, with its remedy. Exits with 1 if one is fail. Changes nothing.

    With --policy it prints what to allow for deploying and operating the system on the stage: one policy document, or
    a list of {Name, Document} where the document would exceed IAM's size limit. Statements wider than a single name
    are listed on stderr with the reason.
    """
    if policy:
        return _print_policy(session, name)
    from pkgops.cli.output.terminal import style
    from pkgops.operate.doctor.doctor import run_checks

    checks = run_checks(session.stage, name or session.system, session.directory)
    rows = [(style(c.state, _COLORS[c.state]), c.name, c.found, c.remedy) for c in checks]
    session.console.print_table(("State", "Check", "Found", "Remedy"), rows, "Nothing was checked.", checks)
    return 1 if any(check.state == "fail" for check in checks) else 0


def _print_policy(session: Session, name: str | None) -> int:
    from pkgops.operate.policy import deployer_policy

    project, console = session.project(name), session.console

    def account() -> str:  # called only where the stage names none: it takes credentials
        return session.ports(project).identity.account()

    found = deployer_policy(project, account, console.emit)
    console.print_result(found.value, json.dumps(found.value, indent=2))
    console.print_message("\n".join(found.notes))
    return 0
