"""One emulator for the suites that hold fakes and real adapters to the same contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import count
from typing import Any

import pytest

from pkgops.aws.client import Clients
from pkgops.aws.ports import AwsPorts
from pkgops.local.client.emulator import Emulator
from pkgops.model import Stage
from pkgops.ports.ports import Ports
from tests.emulator import client, start_emulator
from tests.pkgops.fakes.ports import FakePorts

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    running = start_emulator(tmp_path_factory.mktemp("emulator"))
    yield running
    running.down()


@pytest.fixture(scope="session")
def clients(emulator: Emulator) -> Clients:
    """What the real adapters are made of."""
    return Clients(Stage("local"), emulator.endpoint)


@pytest.fixture(scope="session")
def aws(emulator: Emulator) -> Callable[[str], Any]:
    """``aws("s3")``: a boto3 client, to put things there which the ports cannot."""
    return cache(partial(client, emulator))


@pytest.fixture
def unique() -> Callable[[str], str]:
    """``unique("table")``: a name no other test uses."""
    return lambda name: f"contract-{name}-{next(_NUMBERS)}"


@pytest.fixture(scope="session")
def real(emulator: Emulator) -> Ports:
    """The real adapters."""
    return AwsPorts(Stage("local", port=emulator.port), emulator.endpoint)


@pytest.fixture(params=["fake", "real"])
def ports(request: pytest.FixtureRequest) -> Ports:
    """Each in turn."""
    return FakePorts() if request.param == "fake" else request.getfixturevalue("real")


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A stack's name no other test uses."""
    return "contract-" + "".join(c for c in request.node.name if c.isalnum())[-60:]
