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
from itertools import chain
from pathlib import Path

from tests.bench import (
    always_coder,
    api,
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

SYSTEMS = {
    "Growth": growth,
    "Linting": linting,
    "The pipeline": pipeline,
    "The development loop": dev,
    "Kefir": kefir,
    "Always Coder": always_coder,
    "Keyvex": keyvex,
    "Stream Sales": stream_sales,
    "Console": console,
    "Next.js": next_app,
}


def main() -> int:
    """Runs everything, or the rows ``--only`` names; the exit code is 1 if ``--check`` finds a row over its bound."""
    wanted = _arguments()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pkgops-bench-") as folder, Workplace(Path(folder)) as place:
        _prepare(place)
        rows = [_told(contest) for contest in _contests(place, wanted.only)]
        notes = cold.sizes(place)
        for title, system in SYSTEMS.items():
            _say(title)
            for one in system.measured(place, wanted.only):
                (notes if isinstance(one, str) else rows).append(one)
        _say("A bad network")
        for one in faults.measured(place.scratch, wanted.only, wanted.fault_runs):
            (notes if isinstance(one, str) else rows).append(one)
        if wanted.only in "cold start":
            slowest, note = cold.imports(place)
            rows += slowest
            notes.append(note)
        notes += [f"{row.what}: {row.why}" for row in rows if row.why]
        notes += [f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"]
        notes.append(f"{time.monotonic() - began:.0f} s for everything")
    sys.stdout.write(document(rows, notes) if wanted.json else "\n".join([table(rows), "", *notes]))
    sys.stdout.write("\n")
    return int(wanted.check and any(row.verdict == "over" for row in rows))


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


def _contests(place: Workplace, only: str) -> Iterator[Contest]:
    """Those asked for. The requests need seeded data, which is written when the first of them is reached."""
    found = commands.contests(place)
    if any(only in name for name in api.NAMES):
        found = chain(found, api.contests(place))
    return (contest for contest in found if only in contest.what)


def _told(contest: Contest) -> Row:
    _say(contest.what)
    return contest.run()


def _say(text: str) -> None:
    sys.stderr.write(f"{text} ...\n")


if __name__ == "__main__":
    sys.exit(main())
