"""How fast is pkgops, in multiples of what the same thing costs without it?

``python -m tests.bench`` prints one table: a line for each thing people wait for, beside its floor, measured in the
same run (see `tests.bench.measure`), and how many floors it may cost.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path

from tests.bench import (
    always_coder,
    api,
    calls,
    cold,
    commands,
    console,
    dev,
    faults,
    growth,
    kefir,
    keyvex,
    linting,
    next_app,
    pipeline,
    stream_sales,
)
from tests.bench.measure import Contest, Row
from tests.bench.report import document, table
from tests.bench.workplace import HERE, Workplace

_BEGAN = time.monotonic()
SYSTEMS = {
    "Growth": growth,
    "Linting": linting,
    "The pipeline": pipeline,
    "Calls": calls,
    "The development loop": dev,
    "Kefir": kefir,
    "Always Coder": always_coder,
    "Keyvex": keyvex,
    "Stream Sales": stream_sales,
    "Console": console,
    "Next.js": next_app,
}


def main() -> int:
    """Runs everything, or the rows ``--only`` names; the exit code is 1 if ``--check`` finds a row over its bound.
    After Ctrl-C, and then it is 130, the table has what was measured until then."""
    wanted = _arguments()
    with tempfile.TemporaryDirectory(prefix="pkgops-bench-") as folder, Workplace(Path(folder)) as place:
        _prepare(place)
        rows: list[Row] = []
        notes = cold.sizes(place)
        interrupted = False
        try:
            for one in _measured(place, wanted):
                (notes if isinstance(one, str) else rows).append(one)
        except KeyboardInterrupt:
            interrupted = True
            notes.append("interrupted: the other rows were not measured")
        if wanted.only and not rows and not interrupted:
            notes.append(f"no row's name holds {wanted.only!r}")
        notes += [f"{row.what}: {row.why}" for row in rows if row.why]
        notes += [f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"]
        notes.append(f"{time.monotonic() - _BEGAN:.0f} s for everything")
    sys.stdout.write(document(rows, notes) if wanted.json else "\n".join([table(rows), "", *notes]))
    sys.stdout.write("\n")
    return 130 if interrupted else int(wanted.check and any(row.verdict == "over" for row in rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="The benchmark table.")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--only", default="", metavar="TEXT", help="only rows whose name holds TEXT")
    parser.add_argument("--check", action="store_true", help="exit code 1 if a row is over its bound")
    parser.add_argument("--fault-runs", type=int, default=faults.RUNS, metavar="N", help="runs over a bad network")
    return parser.parse_args()


def _prepare(place: Workplace) -> None:
    """Artifacts built, templates linted, the emulator up, everything deployed once and the code compiled."""
    _say("Building")
    place.pkgops("package")()
    place.python(str(HERE / "inputs.py"), str(place.scratch))()
    commands.same_templates(place)
    _say("Deploying")
    place.pkgops("local", "up")()
    place.pkgops("deploy", "--yes")()


def _measured(place: Workplace, wanted: argparse.Namespace) -> Iterator[Row | str]:
    """Rows and notes, each reported once it is there."""
    for contest in _contests(place, wanted.only):
        _say(contest.what)
        yield _reported(contest.run())
    parts = {title: partial(system.measured, place, wanted.only) for title, system in SYSTEMS.items()}
    parts["A bad network"] = partial(faults.measured, place.scratch, wanted.only, wanted.fault_runs)
    for title, measure in parts.items():
        _say(title)
        for one in measure():
            yield _reported(one)
    if wanted.only in "cold start":
        _say("Cold starts")
        yield from map(_reported, cold.imports(place))


def _contests(place: Workplace, only: str) -> Iterator[Contest]:
    """Those asked for. The requests need seeded data, which is written when the first of them is reached."""
    found = commands.contests(place)
    if any(only in name for name in api.NAMES):
        found = chain(found, api.contests(place))
    return (contest for contest in found if only in contest.what)


def _reported(one: Row | str) -> Row | str:
    """So that a reader sees which row is over and how long it took."""
    if isinstance(one, Row):
        ratio = "" if one.ratio is None else f", {one.ratio:.2f} x"
        _tell(f"  {one.what}: {one.ours:.3f} s{ratio}")
    return one


def _say(text: str) -> None:
    _tell(f"{text} ...")


def _tell(text: str) -> None:
    """To standard error, behind the minutes and seconds since the beginning."""
    minutes, seconds = divmod(int(time.monotonic() - _BEGAN), 60)
    sys.stderr.write(f"{minutes:02}:{seconds:02} {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
