"""How does a stage get its development data?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.options import targets, verb

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.seed import SeedReport

EXAMPLE = """\
pkgops seed-dev
pkgops seed-dev pkgwatch --stage dev
pkgops seed-dev --output json"""


@verb("seed-dev", example=EXAMPLE)
@targets
@click.option(
    "--timeout",
    type=click.FloatRange(0),
    default=60.0,
    show_default=True,
    help="Seconds to wait for what is filled in.",
)
def command(session: Session, names: tuple[str, ...], everything: bool, timeout: float) -> int:
    """Writes a system's development data where it is absent; running it again changes nothing.

    New API keys are shown once and never again. Protected stages are refused.
    """
    from pkgops.errors import UsageError
    from pkgops.operate.seed import seed

    reports = {}
    for project, keys in session.targets(names, everything):
        if keys:
            raise UsageError("seed-dev takes systems; a stack has no data of its own.", "Leave the stack out.")
        report = seed(project, session.stacks(project), session.ports(project), session.emit, timeout)
        reports[project.system.key] = report
        if not session.manner.json:
            session.show(report, "\n\n".join(filter(None, (_text(report), _example(session, project)))))
            _problems(session, report, project.stage.name)
    if session.manner.json:
        session.show(reports, "")
    return 0 if all(report.ok for report in reports.values()) else 1


def _text(report: SeedReport) -> str:
    from pkgops.cli.tables import table

    rows = [(count.kind, count.written, count.there, count.failed or "") for count in report.counts]
    parts = [table(("Kind", "Written", "Already there", "Failed"), rows)]
    if report.revealed:
        secrets = [(item.label, item.name, item.value) for item in report.revealed]
        parts.append("Shown once; keep them now:\n" + table(("For", "What", "Value"), secrets))
    return "\n\n".join(parts)


def _example(session: Session, project: Project) -> str:
    from pkgops.cli.outcome import example
    from pkgops.operate.outputs import outputs

    return example(project.system, outputs(project, session.stacks(project), session.ports(project)))


def _problems(session: Session, report: SeedReport, stage: str) -> None:
    for failure in report.failures:
        session.say(f"Failed: {failure}")
    for wait in report.waited:
        if wait.missing:
            shown = ", ".join(wait.missing[:5]) + (", ..." if len(wait.missing) > 5 else "")
            session.say(
                f"{len(wait.missing)} of kind {wait.kind} still without {wait.attribute} after {wait.seconds:.0f} s: "
                f"{shown}. Filled in by {wait.by}; see pkgops tail-logs {wait.by} --stage {stage}."
            )
    if report.interrupted:
        session.say(f"Interrupted. It goes on where it stopped with: pkgops seed-dev --stage {stage}")
