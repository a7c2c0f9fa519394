"""What holds for every test."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import count
from pathlib import Path
from threading import Barrier
from typing import Any

import hypothesis
import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.testing.deployed import free_port
from pkgops.testing.owner import owner
from tests.browser import chromium, page  # noqa: F401 - fixtures
from tests.builds import Builds
from tests.canary import pytest_runtest_makereport  # noqa: F401 - a hook: a secret that shows fails its test
from tests.emulator import TRUSTED, client, start_emulator
from tests.importing import pytest_collection  # noqa: F401 - a hook
from tests.repository import ROOT
from tests.scheduling import (  # noqa: F401 - hooks
    pytest_collection_modifyitems,
    pytest_runtest_logreport,
    pytest_terminal_summary,
    pytest_xdist_make_scheduler,
)
from tests.waiting import SOON

_NUMBERS = count(1)

# How long an example takes says something about the machine, not about the code.
hypothesis.settings.register_profile("pkgops", deadline=None)
hypothesis.settings.load_profile("pkgops")

# A run starts hundreds of processes, most of which import the same: it is compiled once.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What tests start ends with them, however they end.
os.environ.update(owner())

# A shell without job control starts what runs behind it with Ctrl-C ignored; the tests of Ctrl-C want it heard.
signal.signal(signal.SIGINT, signal.default_int_handler)


# Thousands of tests are collected, none of which is garbage: what looks for it finds nothing, again and again.
gc.disable()


def pytest_collection_finish() -> None:
    """From here on there is garbage, but not among what was collected."""
    gc.freeze()
    gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite what is recorded instead of comparing it")


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """``at_once(function, times)``: runs a function in many threads that start in the same moment; the results."""

    def run(function: Callable[[int], Any], times: int) -> list[Any]:
        barrier = Barrier(times)

        def one(number: int) -> Any:
            barrier.wait(timeout=SOON)
            return function(number)

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(one, range(times)))

    return run


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    """What has been linted and built, shared by all processes of the run."""
    own = tmp_path_factory.getbasetemp()
    return Builds((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "builds")


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator of all tests in this process. Names from `unique`, or an account of its own, keep what a test finds
    apart from what others have left there; who stops, empties or damages an emulator takes `fresh`."""
    running = start_emulator(tmp_path_factory.mktemp("emulator"))
    yield running
    running.down()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator for one test, not started yet."""
    one = Emulator(tmp_path / "local", free_port(), ROOT)
    yield one
    one.down()


@pytest.fixture(scope="session")
def aws(emulator: Emulator) -> Callable[[str], Any]:
    """``aws("s3")``: a client of the emulator's owner, made once."""
    return cache(partial(client, emulator))


@pytest.fixture
def unique() -> Callable[[str], str]:
    """``unique("table")``: a name no other test uses."""
    return lambda name: f"{name}-{next(_NUMBERS)}-{time.time_ns() % 1_000_000}"


@pytest.fixture(scope="session")
def role(aws: Callable[[str], Any]) -> str:
    """The ARN of a role functions may assume, allowed everything."""
    trust = {"Version": "2012-10-17", "Statement": [{**TRUSTED, "Action": "sts:AssumeRole"}]}
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    made = aws("iam").create_role(RoleName="contract", AssumeRolePolicyDocument=json.dumps(trust))
    aws("iam").put_role_policy(RoleName="contract", PolicyName="all", PolicyDocument=json.dumps(everything))
    return str(made["Role"]["Arn"])
