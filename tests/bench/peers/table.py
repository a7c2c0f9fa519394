"""What does the table of a comparison look like, and which machine was it?"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.peers.tools import ROWS


@dataclass(frozen=True)
class Measured:
    """One run of one thing: wall time and the processors' time of the tool, in seconds; the machine's load then."""

    what: str
    tool: str
    seconds: float
    cpu: float
    load: float

    def __str__(self) -> str:
        return f"{self.tool}: {self.what}: {self.seconds:.2f} s, of processors {self.cpu:.2f} s, load {self.load:.1f}"


def report(names: Sequence[str], measured: Sequence[Measured]) -> str:
    """The shortest of each: a line on how, a table of seconds, and one of processors' seconds."""
    seconds: dict[tuple[str, str], float] = {}
    cpu: dict[tuple[str, str], float] = {}
    for one in measured:
        key = (one.what, one.tool)
        seconds[key], cpu[key] = min(seconds.get(key, one.seconds), one.seconds), min(cpu.get(key, one.cpu), one.cpu)
    loads = [one.load for one in measured] or [0.0]
    said = f"{datetime.now(UTC).date()}, {machine()}, load {min(loads):.0f} to {max(loads):.0f}"
    return "\n\n".join([said, markdown("seconds", names, seconds), markdown("CPU seconds", names, cpu)])


def document(measured: Sequence[Measured]) -> str:
    """All runs as JSON."""
    return json.dumps([asdict(one) for one in measured], indent=2)


def markdown(title: str, names: Sequence[str], numbers: Mapping[tuple[str, str], float]) -> str:
    """A row for each thing compared; a dash where a tool has nothing for it."""
    lines = [f"| {title} | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    for row in ROWS:
        cells = [_cell(numbers.get((row, name))) for name in names]
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return "\n".join(lines)


def machine() -> str:
    """Its processors, and what they call themselves where the kernel says it."""
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} cores ({model}), {platform.system()}, Python {platform.python_version()}"


def _cell(number: float | None) -> str:
    return "-" if number is None else f"{number:.2f}"
