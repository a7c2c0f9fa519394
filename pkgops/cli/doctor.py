"""Is everything here that pkgops needs?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.options import verb

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops doctor
pkgops doctor --stage prod
pkgops doctor --stage dev --output json"""

_COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


@verb("doctor", example=EXAMPLE)
def command(session: Session) -> int:
    """Checks Python, tools, stages.toml, credentials, account, region, bootstrap and emulator.

    Each line is ok, warn or fail with what to do about it; ends with 1 if one is fail. Changes nothing.
    """
    from pkgops.operate.doctor import doctor

    checks = doctor(session.stage, session.system)
    rows = [(click.style(c.state, fg=_COLORS[c.state]), c.name, c.found, c.remedy) for c in checks]
    session.rows(("State", "Check", "Found", "Remedy"), rows, "Nothing was checked.", checks)
    return 1 if any(check.state == "fail" for check in checks) else 0
