"""``pkgops seed-dev``: writes a stage's development data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import targets
from pkgops.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgops.cli.output.console import Console
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.seed.report import CollectReport, SeedReport

EXAMPLE = """\
pkgops seed-dev
pkgops seed-dev shop --stage dev
pkgops seed-dev --collect --offline
pkgops seed-dev --output json"""


@session_command("seed-dev", example=EXAMPLE)
@targets
@click.option(
    "--timeout",
    type=click.FloatRange(0),
    default=60.0,
    show_default=True,
    help="Seconds to wait for attributes that deployed functions fill in.",
)
@click.option("--collect", is_flag=True, help="Then send a few items through the pipeline, and wait for them.")
@click.option("--offline", is_flag=True, help="With --collect: refuse if that would reach the internet.")
def command(
    session: Session, names: tuple[str, ...], all_systems: bool, timeout: float, collect: bool, offline: bool
) -> int:
    """Write a system's development data where it is missing; running it again changes nothing.

    New API keys are shown once and never again. Protected stages are refused. On stage local the system's upstream
    services are simulated next to the emulator, unless its settings say otherwise: --collect needs no network there.
    """
    if offline and not collect:
        raise click.UsageError("--offline goes with --collect.")
    console, reports = session.console, {}
    for project, keys in session.targets(names, all_systems):
        _reject_stacks(keys)
        report = _seed(session, project, timeout, offline=offline if collect else None)
        reports[project.system.key] = report
        if not console.mode.json:
            console.print_result(report, "\n\n".join(filter(None, (_text(report), _example(session, project)))))
            _print_problems(console, report, project.stage.name)
    if console.mode.json:
        console.print_result(reports, "")
    return 0 if all(report.ok for report in reports.values()) else 1


def _reject_stacks(keys: Sequence[str]) -> None:
    from pkgops.errors import UsageError

    if keys:
        raise UsageError("seed-dev takes systems; a stack has no data of its own.", "Leave the stack out.")


def _seed(session: Session, project: Project, timeout: float, *, offline: bool | None) -> SeedReport:
    """Seeds, and collects unless ``offline`` is None. Whatever happens then, the values seeding reveals must be
    shown."""
    from dataclasses import replace

    from pkgops.errors import PkgopsError
    from pkgops.operate.seed.seed import seed

    stacks, ports, emit = session.stacks(project), session.ports(project), session.console.emit
    if offline is None:
        return seed(project, stacks, ports, emit, timeout)
    from pkgops.operate.seed.collect import collect, declared_collection

    collection = declared_collection(project, offline=offline)  # before anything is written
    report = seed(project, stacks, ports, emit, timeout)
    if not report.ok:
        return report
    try:
        return replace(report, collected=collect(collection, project, stacks, ports, emit, timeout))
    except KeyboardInterrupt:
        return replace(report, interrupted=True)
    except PkgopsError as error:
        return replace(report, failures=(f"collecting: {error.message} {error.hint}",))


def _text(report: SeedReport) -> str:
    from pkgops.cli.output.table import table

    rows = [(count.kind, count.written, count.existing, count.failed or "") for count in report.counts]
    parts = [table(("Kind", "Written", "Existing", "Failed"), rows)]
    if report.revealed:
        secrets = [(item.label, item.name, item.value) for item in report.revealed]
        parts.append("Shown once; save them now:\n" + table(("For", "What", "Value"), secrets))
    if report.collected and report.collected.arrived:
        arrived = report.collected.arrived
        columns = ("Collected", *arrived[0].reported, "Seconds")
        parts.append(table(columns, [(one.label, *one.reported.values(), f"{one.seconds:.1f}") for one in arrived]))
    return "\n\n".join(parts)


def _example(session: Session, project: Project) -> str:
    from pkgops.cli.output.deployment_text import example_request
    from pkgops.operate.outputs import read_outputs

    return example_request(project.system, read_outputs(project, session.stacks(project), session.ports(project)))


def _print_problems(console: Console, report: SeedReport, stage: str) -> None:
    for failure in report.failures:
        console.print_message(f"Failed: {failure}")
    for wait in report.waits:
        if wait.missing:
            shown = ", ".join(wait.missing[:5]) + (", ..." if len(wait.missing) > 5 else "")
            console.print_message(
                f"{len(wait.missing)} of kind {wait.kind} still without {wait.attribute} after {wait.seconds:.0f} s: "
                f"{shown}. Filled in by {wait.by}; see pkgops tail-logs {wait.by} --stage {stage}."
            )
    if report.collected:
        _print_stuck(console, report.collected, stage)
    if report.interrupted:
        console.print_message(f"Interrupted. To continue where it stopped: pkgops seed-dev --stage {stage}")


def _print_stuck(console: Console, collected: CollectReport, stage: str) -> None:
    for one in collected.stuck:
        console.print_message(f"{one.label} did not arrive: {one.why}. See pkgops tail-logs {one.at} --stage {stage}.")
    if collected.stuck and collected.dead:
        console.print_message(
            f"Waiting in {collected.dead_letters}: {counted(collected.dead, 'message')}. To send them back: "
            f"pkgops queues redrive {collected.dead_letters} --stage {stage}"
        )
