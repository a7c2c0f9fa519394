"""``pkgops verify``: tries on AWS what was only read about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import yes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgops.cli.output.console import Console
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.deploy.verification import Observation

EXAMPLE = """\
pkgops verify --stage dev
pkgops verify --stage dev --yes --to report.json"""


@session_command("verify", example=EXAMPLE)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), default="pkgops-verify.json", show_default=True)
@yes("Deploy")
def command(session: Session, to: Path, yes: bool) -> int:
    """Deploy, change and destroy a throw-away stack, and say where AWS differs from what pkgops expects.

    The stack PkgopsVerify-STAGE has a queue, a log group and a function; it takes a quarter of an hour and costs next
    to nothing. It tries express mode, a failure in it, drift that is reverted, imports, filtered events, an alias that
    CodeDeploy moves step by step, Live Tail, and all of a deployment by a role that has the generated policy alone. The
    role is made for that and deleted like the stack, which takes an administrator's credentials. The report is a file
    that you can send in: it names no account. Exits with 1 if something differs.
    """
    from pkgops.cli.confirm import confirm_on_stage
    from pkgops.deploy.trial_stack import stack_name
    from pkgops.deploy.verification import not_tried, verify
    from pkgops.operate.policy import documents

    project, console = session.project(), session.console
    question = f"Deploy and destroy the stack {stack_name(project)}?"
    confirm_on_stage(console, project.stage, question, "Verifying", yes=yes or project.stage.local)
    observed = verify(project, session.ports(project), documents, console.emit)
    console.close_display()
    _report(console, project, observed, not_tried(project), to)
    return 0 if all(one.ok for one in observed) else 1


def _report(
    console: Console, project: Project, observed: Sequence[Observation], left_out: Sequence[str], to: Path
) -> None:
    """Prints the steps and writes them into the file."""
    from pkgops.cli.output.terminal import style

    rows = [(style("ok", "green") if o.ok else style("differs", "red"), o.expected, o.found, o.step) for o in observed]
    data = [{"step": o.step, "expected": o.expected, "found": o.found, "ok": o.ok} for o in observed]
    _write(to, {"region": project.stage.region, "steps": data, "not_tried": left_out})
    console.print_table(("State", "Expected", "Found", "Step"), rows, "Nothing was tried.", data)
    console.print_message(f"The report is in {to}." + (f" Not tried: {'; '.join(left_out)}." if left_out else ""))


def _write(to: Path, report: dict[str, object]) -> None:
    """Without the account's number, which may be in what AWS has said."""
    import re

    from pkgops.errors import OutputError

    text = re.sub(r"\b\d{12}\b", "ACCOUNT", json.dumps(report, indent=2))
    try:
        to.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"The report cannot be written to {to}: {error.strerror}.", "Name another file with --to."
        ) from error
