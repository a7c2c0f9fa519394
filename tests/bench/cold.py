"""What does a function of any system take before its first request, and how large are the artifacts?"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from pkgops.local.functions import sdk
from tests.bench.measure import Row
from tests.bench.workplace import HERE, Workplace
from tests.repository import SYSTEMS

SHOWN = 3
RUNS = 7
MOST = 1.6  # floors: what a function may take that is initialized; half of them 1.3
MEDIAN = 1.3
LONGEST = 0.25  # seconds that a function may take on a quiet machine
WHY = (
    "cold starts: most of one is the import of the SDK, which a client without protocol code of our own needs; "
    "stand-ins for modules that its clients do not use would save a seventh, and were refused: functions do not "
    "replace what is the SDK's (docs/adr/0027)"
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


def imports(place: Workplace) -> Iterator[Row | str]:
    """Half of the functions of each system and a line about all of them, and the slowest of all systems. What counts is
    the processor's time for their initialization in a fresh interpreter: from what their zip and layer hold, compiled
    anew as Lambda has to, beside the SDK, which the runtime brings along compiled. The floor is one client of DynamoDB,
    made with nothing but the SDK."""
    sdk.link(place.scratch / "sdk")
    place.python(str(HERE / "inputs.py"), str(place.scratch), *SYSTEMS)()
    slowest = []
    for system in SYSTEMS:
        functions = {row["handler"]: row for row in place.read(f"functions-{system}.json")}
        floor = _floor(place)  # for each system anew: other work slows a processor down, and the bounds are ratios
        once = sorted((_initialized(place, row, 3).ours, handler) for handler, row in functions.items())
        half = median(seconds for seconds, _ in once)
        yield Row(f"cold start of half of {system}", half, floor, MEDIAN, runs=3 * len(once))
        yield told(system, once)
        slowest += [(seconds, functions[handler]) for seconds, handler in once]
    floor = _floor(place)
    for _, row in sorted(slowest, key=lambda pair: pair[0])[: -SHOWN - 1 : -1]:
        yield replace(_initialized(place, row, RUNS), floor=floor, bound=MOST)
    yield WHY


def told(system: str, once: Sequence[tuple[float, str]]) -> str:
    """A line about the functions of a system, which are sorted by what they take."""
    times = [1000 * seconds for seconds, _ in once]
    over = ", ".join(handler for seconds, handler in once if seconds > LONGEST)
    return (
        f"cold starts of {system}, {len(once)}: {times[0]:.0f} to {times[-1]:.0f} ms of the processor, half of them "
        f"within {median(times):.0f}; over {1000 * LONGEST:.0f}: {over or 'none'}"
    )


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


def _floor(place: Workplace) -> float:
    return _measured(place, FLOOR, "botocore.session", (str(place.scratch / "sdk"),), RUNS).ours


def _initialized(place: Workplace, row: dict[str, Any], runs: int) -> Row:
    module = row["handler"].removesuffix(".py").replace("/", ".")
    code = _unpacked(place, row["code"]) if row["code"] else str(place.project)
    path = [code, *(f"{_unpacked(place, key)}/python" for key in row["layers"])]
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
