"""How does what we measure compare with its floor?

Floor and ours run in turns (floor, ours, floor, ours ...), so that whatever else the machine does hits both; what
counts is the median of each.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

STOPWATCH = Path(__file__).with_name("stopwatch.py")


class BenchmarkError(Exception):
    """Something measured did not do what it should."""


@dataclass(frozen=True)
class Sample:
    """One run: wall time in seconds, peak resident memory in bytes (0 where it is not ours to see), and the processors'
    time in seconds of a command and all it started."""

    seconds: float
    peak: int = 0
    cpu: float = 0.0


@dataclass(frozen=True)
class Row:
    """One line of the table. ``bound`` is the largest ratio allowed, None where none is set; ``floor`` is None
    where there is nothing to compare with. Times are medians in seconds, memory is the largest peak in bytes. ``why``
    says what keeps it from its floor."""

    what: str
    ours: float
    floor: float | None = None
    bound: float | None = None
    memory: int = 0
    floor_memory: int = 0
    runs: int = 0
    why: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours in floors."""
        return None if self.floor is None else self.ours / self.floor

    @property
    def verdict(self) -> str:
        """ "within" or "over" the bound; "" without one."""
        if self.bound is None or self.ratio is None:
            return ""
        return "within" if self.ratio <= self.bound else "over"


@dataclass(frozen=True)
class Command:
    """A program to run: its arguments, where, and in which environment."""

    arguments: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    output: Path

    def __call__(self) -> Sample:
        """Runs it. BenchmarkError if it fails."""
        command = [sys.executable, "-I", "-S", str(STOPWATCH), str(self.output), *self.arguments]
        done = subprocess.run(
            command, cwd=self.directory, env=dict(self.environment), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BenchmarkError(done.stderr)
        result = json.loads(done.stdout)
        if result["code"]:
            raise BenchmarkError(f"{' '.join(self.arguments)} ended with {result['code']}:\n{done.stderr[-3000:]}")
        return Sample(result["seconds"], result["peak"], result["cpu"])

    @property
    def said(self) -> str:
        """What the last run wrote to stdout."""
        return self.output.read_text(encoding="utf-8")


def nothing() -> None:
    """The preparation of what needs none."""


@dataclass(frozen=True)
class Contest:
    """What is compared: ``before_floor`` and ``before_ours`` run before each run and are not counted."""

    what: str
    floor: Callable[[], Sample]
    ours: Callable[[], Sample]
    bound: float | None
    runs: int
    before_floor: Callable[[], None] = nothing
    before_ours: Callable[[], None] = nothing
    warm_up: int = 1
    why: str = ""

    def run(self) -> Row:
        """Both in turns; the first ``warm_up`` rounds do not count."""
        floors: list[Sample] = []
        ours: list[Sample] = []
        for _ in range(self.warm_up + self.runs):
            self.before_floor()
            floors.append(self.floor())
            self.before_ours()
            ours.append(self.ours())
        floors, ours = floors[self.warm_up :], ours[self.warm_up :]
        return Row(
            what=self.what,
            ours=median(sample.seconds for sample in ours),
            floor=median(sample.seconds for sample in floors),
            bound=self.bound,
            memory=max(sample.peak for sample in ours),
            floor_memory=max(sample.peak for sample in floors),
            runs=self.runs,
            why=self.why,
        )
