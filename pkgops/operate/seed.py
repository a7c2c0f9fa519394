"""Which data does a stage start with, and is it there?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgops.events import Emit, silent

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.ports import Ports
    from pkgops.synth import Synthesized


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
class SeedReport:
    """What seeding did. ``revealed`` must be shown even if ``ok`` is false: nobody can read it again."""

    counts: tuple[KindCount, ...]
    revealed: tuple[Revealed, ...] = ()
    waited: tuple[Waited, ...] = ()
    failures: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def ok(self) -> bool:
        """Everything is there and everything was filled in."""
        return not (self.failures or self.interrupted or any(wait.missing for wait in self.waited))


def seed(
    project: Project,
    stacks: Sequence[Synthesized],
    ports: Ports,
    emit: Emit = silent,
    timeout: float = 60.0,
) -> SeedReport:
    """Writes the system's seed data where it is absent, then waits up to ``timeout`` seconds for `Settled`.

    RefusedError on a protected stage, before anything is read; UsageError if the system has no seed data or a
    table is not deployed; AccessError if not one item could be written. Later failures are in the report."""
    raise NotImplementedError
