"""Seeding of a stage: items, secrets and users of its development data, where they are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pkgops.events import Emit, silent
from pkgops.operate.seed.declared import declared_seeds, resolve_outputs
from pkgops.operate.seed.items import Table, WriteResult, write_items
from pkgops.operate.seed.messages import send_messages
from pkgops.operate.seed.report import KindCount, RevealedValue, SeedReport, WaitResult
from pkgops.operate.seed.secrets import store_secrets
from pkgops.operate.seed.users import UsersResult, create_users, with_owners
from pkgops.operate.seed.wait import wait_for_attribute

if TYPE_CHECKING:
    from pkgops.build.synth import SynthesizedStack
    from pkgops.config import Project
    from pkgops.ports.ports import Ports
    from pkgops.seeds import Seeds

KindResult = tuple[KindCount, tuple[str, ...]]  # a kind's count and a sentence per failure


def seed(
    project: Project,
    stacks: Sequence[SynthesizedStack],
    ports: Ports,
    emit: Emit = silent,
    timeout: float = 60.0,
) -> SeedReport:
    """Writes the system's seed data where it is missing and sends the messages of what is, then waits up to ``timeout``
    seconds for each `ExpectedAttribute`.

    RefusedError on a protected stage, before anything is read; UsageError if the system has no seed data or a
    table is not deployed; the first error if not one item could be written. Later errors are in the report.
    Ctrl-C also returns a report: a key that was written must be shown."""
    seeds = declared_seeds(project)
    names = resolve_outputs(project, stacks, ports, (item.table for item in seeds.items))
    tables = {reference: Table(name, ports.tables.keys(name)) for reference, name in names.items()}
    enrolled = _enrol(seeds, project, stacks, ports)
    results, interrupted = write_items(with_owners(seeds.items, enrolled.ids), tables, ports.tables, emit)
    waits: list[WaitResult] = []
    others: list[KindResult] = [(enrolled.count, enrolled.failures)] if seeds.users else []
    if not interrupted:
        try:
            if seeds.secrets:
                others.append(store_secrets(seeds.secrets, project, ports))
            if seeds.messages:
                references = (name for row in seeds.messages for name in (row.queue, row.table))
                outputs = resolve_outputs(project, stacks, ports, references)
                counts, waits = send_messages(seeds.messages, outputs, ports, emit, timeout)
                others += counts
            for wanted in seeds.expected:
                waits.append(wait_for_attribute(wanted, results, ports.tables, emit, timeout))
        except KeyboardInterrupt:
            interrupted = True
    report = _report(results, others, tuple(waits), interrupted=interrupted)
    return replace(report, revealed=(*enrolled.revealed, *report.revealed))


def _enrol(seeds: Seeds, project: Project, stacks: Sequence[SynthesizedStack], ports: Ports) -> UsersResult:
    """Creates the users, first of all: items may belong to them."""
    pools = resolve_outputs(project, stacks, ports, (user.pool for user in seeds.users)) if seeds.users else {}
    return create_users(seeds.users, pools, ports.users)


def _report(
    results: Sequence[WriteResult], others: Sequence[KindResult], waits: tuple[WaitResult, ...], *, interrupted: bool
) -> SeedReport:
    failures = [f"{result.item.label}: {result.error.message}" for result in results if result.error]
    kinds = dict.fromkeys(result.item.kind for result in results)
    return SeedReport(
        counts=tuple(_count(kind, [result for result in results if result.item.kind == kind]) for kind in kinds)
        + tuple(count for count, _ in others),
        revealed=tuple(
            RevealedValue(result.item.label, name, value)
            for result in results
            if result.written
            for name, value in result.item.reveal.items()
        ),
        waits=waits,
        failures=(*failures, *(failure for _, failed in others for failure in failed)),
        interrupted=interrupted,
    )


def _count(kind: str, results: Sequence[WriteResult]) -> KindCount:
    written = sum(result.written for result in results)
    failed = sum(result.error is not None for result in results)
    return KindCount(kind, written, len(results) - written - failed, failed)
