"""What does the benchmark's table look like?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tests.bench.measure import Row

HEADER = ("What", "Ours", "Floor", "Ratio", "At most", "Memory", "Its floor", "Runs", "")


def table(rows: Sequence[Row]) -> str:
    """Aligned plain text: names to the left, numbers to the right."""
    cells = [HEADER, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADER))]
    return "\n".join(_line(line, widths) for line in cells)


def document(rows: Sequence[Row], notes: Sequence[str]) -> str:
    """The same as JSON: seconds and bytes."""
    listed: list[dict[str, Any]] = [{**asdict(row), "ratio": row.ratio, "verdict": row.verdict} for row in rows]
    return json.dumps({"rows": listed, "notes": list(notes)}, indent=2)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.what,
        _time(row.ours),
        _time(row.floor),
        "-" if row.ratio is None else f"{row.ratio:.2f} x",
        "-" if row.bound is None else f"{row.bound:.1f} x",
        _memory(row.memory),
        _memory(row.floor_memory),
        str(row.runs),
        row.verdict,
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, *numbers, verdict = cells
    aligned = [number.rjust(width) for number, width in zip(numbers, widths[1:-1], strict=True)]
    return "  ".join([name.ljust(widths[0]), *aligned, verdict]).rstrip()


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def _memory(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size else "-"
