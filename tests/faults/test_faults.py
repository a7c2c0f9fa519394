"""After any sequence over a bad network, does one deployment over a good one put everything right?"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pkgops.config import Project
from tests.emulator import start_emulator
from tests.faults.proxy import proxied
from tests.faults.world import ROOT, Tally, project, put_right, run

pytestmark = pytest.mark.emulator

RUNS = int(os.environ.get("PKGOPS_FAULT_RUNS", "30"))
BATCHES = 6


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    home = tmp_path_factory.mktemp("faults")
    emulator = start_emulator(home)
    yield project(home / "project", emulator.port)
    emulator.down()


@pytest.mark.parametrize("batch", range(BATCHES))
def test_any_sequence_ends_deployed_or_explained(system: Project, batch: int) -> None:
    tally = Tally()
    for seed in range(batch, RUNS, BATCHES):
        run(system, seed, tally)
    assert sum(tally.faults.values()) > 0


@pytest.mark.parametrize("seed", range(6))
def test_a_killed_deployment_is_taken_up(system: Project, seed: int) -> None:
    """kill -9 at a random moment, with every call made slow so that there are many moments."""
    chance = random.Random(seed)
    with proxied(system.stage.port, seed, rate=1.0, most=10_000, kinds=("delay",)) as proxy:
        command = [sys.executable, "-m", "tests.faults.victim", str(system.root), proxy.endpoint, str(seed % 4)]
        victim = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert victim.stdout is not None
        victim.stdout.readline()  # it has read the state of things and begins
        try:
            victim.wait(timeout=chance.uniform(0.05, 1.5))
        except subprocess.TimeoutExpired:
            victim.send_signal(signal.SIGKILL)
        victim.communicate()
    put_right(system, (seed + 1) % 4, 0)


def test_the_proxy_really_fails(system: Project, tmp_path: Path) -> None:
    from pkgops.aws import AwsPorts
    from pkgops.errors import PkgopsError

    with proxied(system.stage.port, 1, rate=1.0, most=100, kinds=("reset before",)) as proxy:
        with pytest.raises(PkgopsError):
            AwsPorts(system.stage, proxy.endpoint).stacks.describe()
        assert proxy.met["reset before"] >= 2
