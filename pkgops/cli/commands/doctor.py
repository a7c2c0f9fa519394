"""Is everything here that pkgops needs?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from pkgops.cli.options import verb

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project

EXAMPLE = """\
pkgops doctor
pkgops doctor --stage prod
pkgops doctor --stage dev --output json
pkgops doctor --policy --stage dev --system kefir"""

_COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


@verb("doctor", example=EXAMPLE)
@click.option("--policy", is_flag=True, help="Print the IAM policies a deployer of the system needs, and stop.")
def command(session: Session, policy: bool) -> int:
    """Checks Python, tools, stages.toml, credentials, account, region, bootstrap and emulator.

    Each line is ok, warn or fail with what to do about it; ends with 1 if one is fail. Changes nothing.

    With --policy it prints what to allow whoever deploys and operates the system on the stage: one policy document, or
    a list of {Name, Document} where IAM would not take it as one; and on stderr what is wider than a name, and why.
    """
    if policy:
        return _policy(session)
    from pkgops.operate.doctor import doctor

    checks = doctor(session.stage, session.system)
    rows = [(click.style(c.state, fg=_COLORS[c.state]), c.name, c.found, c.remedy) for c in checks]
    session.rows(("State", "Check", "Found", "Remedy"), rows, "Nothing was checked.", checks)
    return 1 if any(check.state == "fail" for check in checks) else 0


def _account(session: Session, project: Project) -> str:
    """Asked only where the stage names none: it takes credentials."""
    return session.ports(project).identity.account()


def _policy(session: Session) -> int:
    from pkgops.operate.policy import policy

    project = session.project()
    printed = policy(project, lambda: _account(session, project), session.emit)
    session.show(printed.value, json.dumps(printed.value, indent=2))
    session.say("\n".join(printed.notes))
    return 0
