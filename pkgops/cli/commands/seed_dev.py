"""How does a stage get its development data?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.options import targets, verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.seed.collect import Collected
    from pkgops.operate.seed.seed import SeedReport

EXAMPLE = """\
pkgops seed-dev
pkgops seed-dev pkgwatch --stage dev
pkgops seed-dev --collect --offline
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
@click.option("--collect", is_flag=True, help="Then send a handful of items through the pipeline, and wait.")
@click.option("--offline", is_flag=True, help="With --collect: refuse if that would reach the internet.")
def command(
    session: Session, names: tuple[str, ...], everything: bool, timeout: float, collect: bool, offline: bool
) -> int:
    """Writes a system's development data where it is absent; running it again changes nothing.

    New API keys are shown once and never again. Protected stages are refused. On stage local a system's upstreams are
    played beside the emulator, unless its settings say otherwise: --collect works without a network there.
    """
    if offline and not collect:
        raise click.UsageError("--offline goes with --collect.")
    reports = {}
    for project, keys in session.targets(names, everything):
        _whole(keys)
        report = _seeded(session, project, timeout, offline=offline if collect else None)
        reports[project.system.key] = report
        if not session.manner.json:
            session.show(report, "\n\n".join(filter(None, (_text(report), _example(session, project)))))
            _problems(session, report, project.stage.name)
    if session.manner.json:
        session.show(reports, "")
    return 0 if all(report.ok for report in reports.values()) else 1


def _whole(keys: Sequence[str]) -> None:
    from pkgops.errors import UsageError

    if keys:
        raise UsageError("seed-dev takes systems; a stack has no data of its own.", "Leave the stack out.")


def _seeded(session: Session, project: Project, timeout: float, *, offline: bool | None) -> SeedReport:
    """Seeds; and collects, unless ``offline`` is None. Whatever happens then, what seeding reveals must be shown."""
    from dataclasses import replace

    from pkgops.errors import PkgopsError
    from pkgops.operate.seed.seed import seed

    stacks, ports = session.stacks(project), session.ports(project)
    if offline is None:
        return seed(project, stacks, ports, session.emit, timeout)
    from pkgops.operate.seed.collect import collect, collection

    wanted = collection(project, offline=offline)  # before anything is written
    report = seed(project, stacks, ports, session.emit, timeout)
    if not report.ok:
        return report
    try:
        return replace(report, collected=collect(wanted, project, stacks, ports, session.emit, timeout))
    except KeyboardInterrupt:
        return replace(report, interrupted=True)
    except PkgopsError as error:
        return replace(report, failures=(f"collecting: {error.message} {error.hint}",))


def _text(report: SeedReport) -> str:
    from pkgops.cli.output.tables import table

    rows = [(count.kind, count.written, count.there, count.failed or "") for count in report.counts]
    parts = [table(("Kind", "Written", "Already there", "Failed"), rows)]
    if report.revealed:
        secrets = [(item.label, item.name, item.value) for item in report.revealed]
        parts.append("Shown once; keep them now:\n" + table(("For", "What", "Value"), secrets))
    if report.collected and report.collected.arrived:
        arrived = report.collected.arrived
        columns = ("Collected", *arrived[0].reported, "Seconds")
        parts.append(table(columns, [(one.label, *one.reported.values(), f"{one.seconds:.1f}") for one in arrived]))
    return "\n\n".join(parts)


def _example(session: Session, project: Project) -> str:
    from pkgops.cli.output.outcome import example
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
    if report.collected:
        _stuck(session, report.collected, stage)
    if report.interrupted:
        session.say(f"Interrupted. It goes on where it stopped with: pkgops seed-dev --stage {stage}")


def _stuck(session: Session, collected: Collected, stage: str) -> None:
    for one in collected.stuck:
        session.say(f"{one.label} did not arrive: {one.why}. See pkgops tail-logs {one.at} --stage {stage}.")
    if collected.stuck and collected.dead:
        session.say(
            f"{collected.dead} messages wait in {collected.dead_letters}. Send them back with: "
            f"pkgops queues redrive {collected.dead_letters} --stage {stage}"
        )
