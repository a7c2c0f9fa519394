"""What holds for every test."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import hypothesis
import pytest

from tests.builds import Builds
from tests.canary import pytest_runtest_makereport  # noqa: F401 - a hook: a secret that shows fails its test
from tests.owner import owner

# How long an example takes says something about the machine, not about the code.
hypothesis.settings.register_profile("pkgops", deadline=None)
hypothesis.settings.load_profile("pkgops")

# What tests start ends with them, however they end.
os.environ.update(owner())

# A shell without job control starts what runs behind it with Ctrl-C ignored; the tests of Ctrl-C want it heard.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """``at_once(function, times)``: runs a function in many threads that start in the same moment; the results."""

    def run(function: Callable[[int], Any], times: int) -> list[Any]:
        barrier = Barrier(times)

        def one(number: int) -> Any:
            barrier.wait(timeout=10)
            return function(number)

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(one, range(times)))

    return run


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    """What has been linted and built, shared by all processes of the run."""
    own = tmp_path_factory.getbasetemp()
    return Builds((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "builds")
