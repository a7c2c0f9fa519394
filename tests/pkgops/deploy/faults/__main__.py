"""Many seeded runs over a bad network: ``python -m tests.pkgops.deploy.faults [RUNS]`` prints faults and outcomes."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.bench.faults import summary
from tests.pkgops.deploy.faults.world import Tally, run, world

RUNS = 200


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    tally, began = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pkgops-faults-") as folder, world(Path(folder)) as made:
        for seed in range(runs):
            run(made, seed, tally)
            if seed % 10 == 9:
                sys.stderr.write(f"{seed + 1} of {runs}\n")
    lines = [f"{count:5} {kind} of {call}" for (kind, call), count in sorted(tally.faults.items())]
    lines += summary(tally)
    sys.stdout.write("\n".join([*lines, f"{time.monotonic() - began:.0f} s"]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
