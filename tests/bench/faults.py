"""What becomes of deployments over a bad network, of several first ones at once, and how often is AWS asked while fifty
stacks are made at once?

Each on an emulator of its own, behind the proxy of `tests.pkgops.deploy.faults`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import Row
from tests.pkgops.deploy.faults.many import COUNT, LIMITS, WHOLE, account, deployed
from tests.pkgops.deploy.faults.together import place, round_of
from tests.pkgops.deploy.faults.world import Tally, put_right, run, world

RUNS = 200
SEQUENCES = "deployments over a bad network"
ACCOUNT = f"{WHOLE} stacks in one account, calls limited as on AWS"
MANY = f"{COUNT} stacks at once, calls limited as on AWS"
FIRST = "first deployments of one system at once"
ROUNDS = 20  # for two deployers, and for three
HOLD = 10.0  # seconds for which all are in progress


def measured(folder: Path, only: str, runs: int = RUNS) -> Iterator[Row | str]:
    """Rows, and notes about them. A run that does not end as it must raises AssertionError."""
    if only in SEQUENCES:
        yield from _sequences(folder / "sequences", runs)
    if only in FIRST:
        yield from _first(folder / "first")
    if only in MANY:
        yield from _many(folder / "many")
    if only in ACCOUNT:
        yield from _account(folder / "account")


def _sequences(folder: Path, runs: int) -> Iterator[Row | str]:
    tally, began = Tally(), time.monotonic()
    folder.mkdir()
    with world(folder) as made:
        for seed in range(runs):
            run(made, seed, tally)
    yield Row(SEQUENCES, time.monotonic() - began, runs=runs)
    yield from summary(tally)


def summary(tally: Tally) -> Iterator[str]:
    """Faults by kind, outcomes by kind of step."""
    faults: Counter[str] = Counter()
    for (kind, _), count in tally.faults.items():
        faults[kind] += count
    calls = len({call for _, call in tally.faults})
    yield f"{tally.runs} runs of {tally.steps} steps met {faults.total()} faults on {calls} calls: {_counts(faults)}"
    for step in sorted({step for step, _ in tally.ends}):
        ends = Counter({end: count for (kind, end), count in tally.ends.items() if kind == step})
        yield f"{ends.total()} times {step}: {_counts(ends)}"
    yield (
        f"after each run one quiet deployment made all {tally.runs} equal to their templates; of {tally.puts} uploads "
        "none was of what had arrived"
    )


def _first(folder: Path) -> Iterator[Row | str]:
    folder.mkdir()
    began, ends = time.monotonic(), Counter[str]()
    with place(folder) as here:
        for deployers in (2, 3):
            for seed in range(ROUNDS):
                reports = round_of(here, deployers, seed)
                ends.update(result.status for report in reports for result in report.results)
    yield Row(FIRST, time.monotonic() - began, runs=2 * ROUNDS)
    yield f"{ROUNDS} rounds of two and {ROUNDS} of three first deployments: {_counts(ends)}, none refused"


def _many(folder: Path) -> Iterator[Row | str]:
    folder.mkdir()
    with world(folder) as made:
        put_right(made, 0, 0)
        began = time.monotonic()
        found = deployed(made, HOLD)
        yield Row(MANY, time.monotonic() - began, runs=1)
    ended = sum(result.ok for result in found.report.results)
    rates = ", ".join(f"{name} {count / found.seconds:.1f}" for name, count in sorted(found.answered.items()))
    yield f"{COUNT} stacks at once: {ended} made, {found.refused} calls refused for their rate and repeated"
    yield f"calls a second while {COUNT} stacks run: {rates} (limits: {LIMITS['DescribeStacks']:.0f} each)"


def _account(folder: Path) -> Iterator[Row | str]:
    folder.mkdir()
    with world(folder) as made:
        put_right(made, 0, 0)
        found = account(made)
    ended = sum(result.ok for result in found.report.results)
    yield Row(ACCOUNT, found.seconds, runs=1)
    yield (
        f"{WHOLE} stacks, {COUNT} at once: {ended} made by {found.asked} calls, {found.refused} of them refused for "
        f"their rate and repeated; afterwards {found.again} calls found nothing to do"
    )


def _counts(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counted.most_common())
