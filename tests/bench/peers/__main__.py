"""How do other tools do on the same stacks?

``python -m tests.bench.peers`` installs them below ``.pkgops/peers`` and takes PkgWatch through its life with each:
the same templates, the same zips, the same emulator, emptied in between. The tools take turns, and each number is the
shortest of its runs, which is what other work on the machine disturbs least. docs/performance.md says how to read it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.commands import write_events
from tests.bench.measure import BenchmarkError, Sample
from tests.bench.peers.install import installed
from tests.bench.peers.material import Material
from tests.bench.peers.table import Measured, document, report
from tests.bench.peers.tools import CHANGE, DESTROY, DIFF, FIRST, HOTSWAP, LOGS, NOTHING, Tool, tools
from tests.bench.workplace import HERE, ROOT, Workplace


def main() -> int:
    """The table to stdout, each measurement as it is made to stderr."""
    wanted = arguments().parse_args()
    programs = installed(wanted.folder.resolve())
    with tempfile.TemporaryDirectory(prefix="pkgops-peers-") as folder, Workplace(Path(folder)) as place:
        _prepare(place)
        known = tools(place, Material(place, place.scratch / "peers"), programs)
        compared = [tool for tool in known if tool.name in wanted.only or not wanted.only]
        measured, failures = _measured(place, compared, wanted.runs)
    sys.stdout.write(document(measured) if wanted.json else report([tool.name for tool in compared], measured))
    sys.stdout.write("\n")
    return int(failures > 0)


def arguments() -> argparse.ArgumentParser:
    """What one can say."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description="The same stacks, other tools.")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="of each tool")
    parser.add_argument("--only", nargs="+", default=(), metavar="TOOL", help="these tools")
    parser.add_argument("--json", action="store_true", help="all times of all runs")
    parser.add_argument("--folder", type=Path, default=ROOT / ".pkgops" / "peers", help="where tools are installed")
    return parser


def _prepare(place: Workplace) -> None:
    """Artifacts are built, the emulator is up, the templates have been checked once."""
    place.pkgops("package")()
    place.python(str(HERE / "inputs.py"), str(place.scratch))()
    place.pkgops("local", "up")()
    place.pkgops("deploy", "--yes")()


def _measured(place: Workplace, compared: Sequence[Tool], runs: int) -> tuple[list[Measured], int]:
    """What was measured, and how many lives failed: the others' numbers are worth an hour."""
    found, failures = [], 0
    for _ in range(runs):
        for tool in compared:
            try:
                for row, sample in _life(place, tool):
                    found.append(Measured(row, tool.name, sample.seconds, sample.cpu, os.getloadavg()[0]))
                    _say(str(found[-1]))
            except BenchmarkError as error:
                failures += 1
                _say(f"{tool.name}: {error}")
    return found, failures


def _life(place: Workplace, tool: Tool) -> Iterator[tuple[str, Sample]]:
    """An account without anything, everything one does in it, and again nothing."""
    if FIRST not in tool.commands:
        yield from _logs(place, tool)
        return
    place.emulator.reset()
    tool.prepare()
    for row in (FIRST, NOTHING):
        yield row, tool.commands[row]()
    tool.edit()
    for row in (DIFF, CHANGE):
        yield row, tool.commands[row]()
    if HOTSWAP in tool.commands:
        tool.edit()
        yield HOTSWAP, tool.commands[HOTSWAP]()
    yield from _logs(place, tool)
    yield DESTROY, tool.commands[DESTROY]()


def _logs(place: Workplace, tool: Tool) -> Iterator[tuple[str, Sample]]:
    """Whoever deployed the stacks, their functions have written the same."""
    if LOGS not in tool.commands:
        return
    if FIRST not in tool.commands:
        place.emulator.reset()
        place.pkgops("deploy", "--yes")()
    write_events(place, [row["group"] for row in place.read("functions.json")])
    yield LOGS, tool.commands[LOGS]()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
