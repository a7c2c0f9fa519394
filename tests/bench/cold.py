"""What does a function take before its first request, and how large are the artifacts?"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from pkgops.local.functions import sdk
from tests.bench.measure import Row
from tests.bench.workplace import Workplace

SHOWN = 3
RUNS = 7
MOST = 1.6  # floors: what a function may take that is initialized; half of them 1.3
MEDIAN = 1.3
WHY = (
    "most of it is the import of the SDK, which a client without protocol code of our own needs; stand-ins for modules "
    "that its clients do not use would save a seventh, and were refused: functions do not replace what is the SDK's "
    "(docs/adr/0027)"
)
PROGRAM = """
import importlib, os, sys, time
sys.path[:0] = sys.argv[2:]
os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand"
began = time.process_time()
importlib.import_module(sys.argv[1])
{more}
sys.stdout.write(str(time.process_time() - began))
"""
OURS = PROGRAM.format(more="")
FLOOR = PROGRAM.format(more="sys.modules['botocore.session'].get_session().create_client('dynamodb')")


def imports(place: Workplace) -> tuple[list[Row], str]:
    """The handlers whose initialization takes longest in a fresh interpreter, half of all, and a line about all, in
    seconds of the processor: from what their zip and layer hold, compiled anew as Lambda has to, beside the SDK, which
    the runtime brings along compiled. The floor is one client of DynamoDB, made with nothing but the SDK."""
    path = place.scratch / "sdk"
    sdk.link(path)
    floor = _measured(place, FLOOR, "botocore.session", (str(path),), RUNS)
    functions = {row["handler"]: row for row in place.read("functions.json")}
    once = sorted((_initialized(place, row, 3).ours, handler) for handler, row in functions.items())
    times = [seconds for seconds, _ in once]
    rows = [
        replace(_initialized(place, functions[handler], RUNS), floor=floor.ours, bound=MOST)
        for _, handler in once[: -SHOWN - 1 : -1]
    ]
    half = "cold start of half of the handlers"
    rows.append(Row(half, median(times), floor.ours, MEDIAN, runs=3 * len(times), why=WHY))
    note = (
        f"cold starts of {len(times)} handlers: {times[0] * 1000:.0f} to {times[-1] * 1000:.0f} ms of the processor, "
        f"half of them within {median(times) * 1000:.0f} ms"
    )
    return rows, note


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


def _initialized(place: Workplace, row: dict[str, Any], runs: int) -> Row:
    module = row["handler"].removesuffix(".py").replace("/", ".")
    path = [_unpacked(place, row["code"]), *(f"{_unpacked(place, key)}/python" for key in row["layers"])]
    measured = _measured(place, OURS, module, (*path, str(place.scratch / "sdk")), runs)
    return replace(measured, what=f"cold start of {row['handler']}")


def _measured(place: Workplace, program: str, module: str, path: Sequence[str], runs: int) -> Row:
    """The least of some runs: what else the machine does only adds to a processor's time."""
    command = place.python("-I", "-S", "-B", "-c", program, module, *path)
    times, peaks = [], []
    for _ in range(runs):
        peaks.append(command().peak)
        times.append(float(command.said))
    return Row(module, min(times), memory=max(peaks), runs=runs)


def _unpacked(place: Workplace, key: str) -> str:
    folder = place.scratch / "unpacked" / Path(key).stem
    if not folder.is_dir():
        with zipfile.ZipFile(place.artifact(key)) as archive:
            archive.extractall(folder)
    return str(folder)
