"""What does a cold start import, and how large are the artifacts?"""

from __future__ import annotations

import zipfile
from pathlib import Path
from statistics import median
from typing import Any

from pkgops.local.functions import sdk
from tests.bench.measure import Row
from tests.bench.workplace import Workplace

SHOWN = 3
RUNS = 5
PROGRAM = """
import importlib, sys, time
sys.path[:0] = sys.argv[2:]
began = time.perf_counter()
importlib.import_module(sys.argv[1])
sys.stdout.write(str(time.perf_counter() - began))
"""


def imports(place: Workplace) -> tuple[list[Row], str]:
    """The handlers whose import takes longest in a fresh interpreter, and a line about all: from what their zip and
    layer hold, compiled anew as Lambda has to, beside the SDK, which the runtime brings along compiled."""
    sdk.link(place.scratch / "sdk")
    functions = {row["handler"]: row for row in place.read("functions.json")}
    once = sorted((_imported(place, row, 1).ours, handler) for handler, row in functions.items())
    slowest = [_imported(place, functions[handler], RUNS) for _, handler in once[: -SHOWN - 1 : -1]]
    times = [seconds for seconds, _ in once]
    note = (
        f"cold imports of {len(times)} handlers: {times[0] * 1000:.0f} to {times[-1] * 1000:.0f} ms, "
        f"half of them within {median(times) * 1000:.0f} ms"
    )
    return slowest, note


def sizes(place: Workplace) -> list[str]:
    """What is uploaded, a line a kind."""
    functions = place.read("functions.json")
    zips = sorted({(place.artifact(row["code"]).stat().st_size, row["handler"]) for row in functions})
    layers = {key: place.artifact(key).stat().st_size for row in functions for key in row["layers"]}
    total, (smallest, _), (largest, handler) = sum(size for size, _ in zips), zips[0], zips[-1]
    lines = [
        f"{len(zips)} zips of handlers: {total / 1000:.0f} KB together, "
        f"{smallest / 1000:.1f} to {largest / 1000:.1f} KB each, the largest {handler}"
    ]
    return lines + [f"layer {Path(key).stem[:12]}: {size / 1e6:.2f} MB" for key, size in layers.items()]


def _imported(place: Workplace, row: dict[str, Any], runs: int) -> Row:
    module = row["handler"].removesuffix(".py").replace("/", ".")
    path = [_unpacked(place, row["code"]), *(f"{_unpacked(place, key)}/python" for key in row["layers"])]
    command = place.python("-I", "-S", "-B", "-c", PROGRAM, module, *path, str(place.scratch / "sdk"))
    times, peaks = [], []
    for _ in range(runs):
        peaks.append(command().peak)
        times.append(float(command.said))
    return Row(f"cold import of {row['handler']}", median(times), memory=max(peaks), runs=runs)


def _unpacked(place: Workplace, key: str) -> str:
    folder = place.scratch / "unpacked" / Path(key).stem
    if not folder.is_dir():
        with zipfile.ZipFile(place.artifact(key)) as archive:
            archive.extractall(folder)
    return str(folder)
