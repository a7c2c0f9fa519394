"""Which data does a stage start with, and is it there?"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from pkgops.config import require_account
from pkgops.errors import PkgopsError, RefusedError, UsageError
from pkgops.events import Emit, Finished, Progress, Started, silent
from pkgops.seeds import SeedContext, SeedItem, Seeds

if TYPE_CHECKING:
    from pkgops.build.synth import Synthesized
    from pkgops.config import Project
    from pkgops.operate.seed.collect import Collected
    from pkgops.ports.ports import Ports
    from pkgops.ports.tables import Tables

_PARALLEL = 8

Stored = tuple["KindCount", tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many items of a kind were written now, were there already, or could not be written."""

    kind: str
    written: int
    there: int
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Revealed:
    """A value shown once: ``label`` is the item that carries it, ``name`` what it is (``API key``)."""

    label: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Waited:
    """What something deployed had to fill in. ``missing`` are the labels still without it after ``seconds``."""

    kind: str
    attribute: str
    by: str
    done: int
    missing: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item goes: the table's name and its key attributes."""

    table: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item: written now, there already, or an error."""

    item: SeedItem
    place: Place
    written: bool = False
    error: PkgopsError | None = None


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What seeding did. ``revealed`` must be shown even if ``ok`` is false: nobody can read it again."""

    counts: tuple[KindCount, ...]
    revealed: tuple[Revealed, ...] = ()
    waited: tuple[Waited, ...] = ()
    failures: tuple[str, ...] = ()
    interrupted: bool = False
    collected: Collected | None = None

    @property
    def ok(self) -> bool:
        """Everything is there, everything was filled in, and what was sent through has arrived."""
        arrived = self.collected is None or self.collected.ok
        return arrived and not (self.failures or self.interrupted or any(wait.missing for wait in self.waited))


def seed(
    project: Project,
    stacks: Sequence[Synthesized],
    ports: Ports,
    emit: Emit = silent,
    timeout: float = 60.0,
) -> SeedReport:
    """Writes the system's seed data where it is absent, then waits up to ``timeout`` seconds for `Settled`.

    RefusedError on a protected stage, before anything is read; UsageError if the system has no seed data or a
    table is not deployed; the first error if not one item could be written. Later ones are in the report.
    Ctrl-C ends in a report too: a key that was written must be shown."""
    seeds = declared(project)
    places = _places(project, stacks, ports, seeds)
    outcomes, interrupted = _write(seeds.items, places, ports.tables, emit)
    _any_success(outcomes)
    waited: list[Waited] = []
    stored: list[Stored] = []
    if not interrupted:
        from pkgops.operate.seed.secrets import store
        from pkgops.operate.seed.users import enrol
        from pkgops.operate.seed.wait import settle

        try:
            if seeds.secrets:
                stored.append(store(seeds.secrets, project.stage, ports))
            if seeds.users:
                pools = deployed(project, stacks, ports, (user.pool for user in seeds.users))
                stored.append(enrol(seeds.users, pools, ports.users))
            for wanted in seeds.expected:
                waited.append(settle(wanted, outcomes, ports.tables, emit, timeout))
        except KeyboardInterrupt:
            interrupted = True
    return _report(outcomes, stored, tuple(waited), interrupted=interrupted)


def declared(project: Project) -> Seeds:
    """The system's seed data for a stage. RefusedError on a protected stage; UsageError if there is none."""
    if project.stage.protected or project.stage.production:
        raise RefusedError(
            f"Stage {project.stage.name} is protected: it takes no seed data.",
            "Seed another stage, for example: pkgops seed-dev --stage local",
        )
    name = f"templates.{project.system.key}.seed"
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise UsageError(f"{project.system.key} has no seed data.", f"It would stand in {name}.") from None
    seeds: Seeds = module.seed(_context(project))
    return seeds


def _context(project: Project) -> SeedContext:
    now = datetime.now(UTC)
    return SeedContext(
        stage=project.stage,
        now=now.isoformat(),
        epoch=int(now.timestamp()),
        secret=lambda _name: secrets.token_urlsafe(32),
        days_ago=lambda days: (now - timedelta(days=days)).isoformat(),
        settings=project.settings,
    )


def deployed(
    project: Project, stacks: Sequence[Synthesized], ports: Ports, references: Iterable[str]
) -> dict[str, str]:
    """The value behind each reference of the seed data (``storage.PackagesTableName``). UsageError if one is not
    deployed."""
    names = {stack.key: stack.name for stack in stacks}
    states = {state.name: state for state in ports.stacks.describe()}
    values: dict[str, str] = {}
    for reference in dict.fromkeys(references):
        key, _, output = reference.partition(".")
        state = states.get(names.get(key, ""))
        if state is None or output not in state.outputs:
            raise UsageError(
                f"Cannot seed {project.system.key}: {reference} is not deployed on stage {project.stage.name}.",
                f"Deploy it first: pkgops deploy {project.system.key} --stage {project.stage.name}",
            )
        require_account(project.stage, state.account)
        values[reference] = state.outputs[output]
    return values


def _places(project: Project, stacks: Sequence[Synthesized], ports: Ports, seeds: Seeds) -> dict[str, Place]:
    """The table and key attributes behind each reference."""
    tables = deployed(project, stacks, ports, (item.table for item in seeds.items))
    return {reference: Place(table, ports.tables.keys(table)) for reference, table in tables.items()}


def _write(
    items: Sequence[SeedItem], places: Mapping[str, Place], tables: Tables, emit: Emit
) -> tuple[list[Outcome], bool]:
    """Every item's outcome, in the items' order, and whether Ctrl-C cut it short."""
    what = "Writing seed data"

    def put(item: SeedItem) -> Outcome:
        place = places[item.table]
        try:
            written = tables.put_if_absent(place.table, item.item, place.keys, item.related)
        except PkgopsError as error:
            return Outcome(item, place, error=error)
        return Outcome(item, place, written=written)

    emit(Started(what))
    interrupted = False
    pool = ThreadPoolExecutor(_PARALLEL)
    futures = [pool.submit(put, item) for item in items]
    try:
        for done, _ in enumerate(as_completed(futures), 1):
            emit(Progress(what, done, len(futures)))
    except KeyboardInterrupt:
        interrupted = True
    finally:
        pool.shutdown(cancel_futures=True)
    outcomes = [future.result() for future in futures if not future.cancelled()]
    emit(Finished(what, f"{sum(outcome.written for outcome in outcomes)} written"))
    return outcomes, interrupted


def _any_success(outcomes: Sequence[Outcome]) -> None:
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if errors and len(errors) == len(outcomes):
        raise errors[0]


def _report(
    outcomes: Sequence[Outcome], stored: Sequence[Stored], waited: tuple[Waited, ...], *, interrupted: bool
) -> SeedReport:
    refused = tuple(failure for _, failures in stored for failure in failures)
    kinds = dict.fromkeys(outcome.item.kind for outcome in outcomes)
    return SeedReport(
        counts=tuple(_count(kind, [each for each in outcomes if each.item.kind == kind]) for kind in kinds)
        + tuple(count for count, _ in stored),
        revealed=tuple(
            Revealed(outcome.item.label, name, value)
            for outcome in outcomes
            if outcome.written
            for name, value in outcome.item.reveal.items()
        ),
        waited=waited,
        failures=tuple(f"{each.item.label}: {each.error.message}" for each in outcomes if each.error) + refused,
        interrupted=interrupted,
    )


def _count(kind: str, outcomes: Sequence[Outcome]) -> KindCount:
    written = sum(outcome.written for outcome in outcomes)
    failed = sum(outcome.error is not None for outcome in outcomes)
    return KindCount(kind, written, len(outcomes) - written - failed, failed)
