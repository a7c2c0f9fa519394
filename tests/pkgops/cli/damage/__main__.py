"""Many damaged files, each before a command: ``python -m tests.pkgops.cli.damage [RUNS [FIRST_SEED]]``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.builds import Builds
from tests.pkgops.cli.damage.world import Tally, deployed, tried

RUNS = 300


def main() -> int:
    """Prints what went wrong, and how the commands ended; the exit code is 1 if anything went wrong."""
    runs, first = (int(given) for given in (*sys.argv[1:], *(str(RUNS), "0")[len(sys.argv) - 1 :]))
    tally, wrong = Tally(), 0
    with tempfile.TemporaryDirectory(prefix="pkgops-damage-") as folder:
        scratch = Path(folder)
        with deployed(scratch / "project", Builds(scratch / "builds")) as here:
            for seed in range(first, first + runs):
                try:
                    tried(here, seed, tally)
                except AssertionError as error:
                    wrong += 1
                    sys.stdout.write(f"{error}\n")
    for (damage, code), count in sorted(tally.ends.items()):
        sys.stdout.write(f"{count:5} times {damage}: exit {code}\n")
    sys.stdout.write(f"{runs} runs, {wrong} wrong\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
