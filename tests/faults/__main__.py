"""How do many seeded runs over a bad network end? ``python -m tests.faults [RUNS]`` prints faults and outcomes."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.emulator import start_emulator
from tests.faults.world import Tally, project, run

RUNS = 200


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    tally = Tally()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pkgops-faults-") as folder:
        emulator = start_emulator(Path(folder))
        try:
            made = project(Path(folder) / "project", emulator.port)
            for seed in range(runs):
                run(made, seed, tally)
                if seed % 10 == 9:
                    sys.stderr.write(f"{seed + 1} of {runs}\n")
        finally:
            emulator.down()
    lines = [f"{tally.runs} runs, {sum(tally.ends.values())} steps, every one put right by one quiet deployment"]
    lines += [f"  {count:5} {kind}" for kind, count in sorted(tally.faults.items())]
    lines += [f"  {count:5} steps ended: {end}" for end, count in sorted(tally.ends.items())]
    sys.stdout.write("\n".join([*lines, f"{time.monotonic() - began:.0f} s"]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
