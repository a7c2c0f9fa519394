"""The results of seeding and collecting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many items of a kind were written now, existed already, or could not be written."""

    kind: str
    written: int
    existing: int
    failed: int = 0


@dataclass(frozen=True, slots=True)
class RevealedValue:
    """A value shown once: ``label`` is the item that carries it, ``name`` what it is (``API key``)."""

    label: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class WaitResult:
    """The wait for an attribute that a function fills in; ``missing`` are the labels without it after ``seconds``."""

    kind: str
    attribute: str
    by: str
    done: int
    missing: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Arrived:
    """A finished task: the attributes of its item that are ``reported``, and the seconds it took as measured here."""

    label: str
    reported: Mapping[str, Any]
    seconds: float


@dataclass(frozen=True, slots=True)
class Stuck:
    """An unfinished task, ``why``, and the function it is waiting ``at``."""

    label: str
    why: str
    at: str


@dataclass(frozen=True, slots=True)
class CollectReport:
    """The tasks' results. ``dead`` is how many messages are in the queue ``dead_letters`` ("" if none)."""

    arrived: tuple[Arrived, ...]
    stuck: tuple[Stuck, ...] = ()
    dead_letters: str = ""
    dead: int = 0

    @property
    def ok(self) -> bool:
        """Every task is finished."""
        return not self.stuck


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What seeding did. ``revealed`` must be shown even if ``ok`` is false: it cannot be read again."""

    counts: tuple[KindCount, ...]
    revealed: tuple[RevealedValue, ...] = ()
    waits: tuple[WaitResult, ...] = ()
    failures: tuple[str, ...] = ()
    interrupted: bool = False
    collected: CollectReport | None = None

    @property
    def ok(self) -> bool:
        """Everything exists, every awaited attribute was filled in, and every task is finished."""
        arrived = self.collected is None or self.collected.ok
        return arrived and not (self.failures or self.interrupted or any(wait.missing for wait in self.waits))
