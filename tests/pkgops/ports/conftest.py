"""Fakes and real adapters for the contract suites."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pkgops.aws.connection.client import Clients
from pkgops.aws.ports import AwsPorts
from pkgops.local.client.emulator import Emulator
from pkgops.model import Stage
from pkgops.ports.ports import Ports
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.ports.models import checked_calls


@pytest.fixture(autouse=True)
def modelled() -> Iterator[None]:
    """What the adapters send and understand is what botocore's models of the services have."""
    with checked_calls():
        yield


@pytest.fixture(scope="session")
def clients(emulator: Emulator) -> Clients:
    """What the real adapters are made of."""
    return Clients(Stage("local"), emulator.endpoint, root_secret=emulator.credentials().secret)


@pytest.fixture(scope="session")
def real(emulator: Emulator) -> Ports:
    """The real adapters."""
    return AwsPorts(Stage("local", port=emulator.port), emulator.endpoint, root_secret=emulator.credentials().secret)


@pytest.fixture(params=["fake", "real"])
def ports(request: pytest.FixtureRequest) -> Ports:
    """Each in turn."""
    return FakePorts() if request.param == "fake" else request.getfixturevalue("real")


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A stack's name no other test uses."""
    return "contract-" + "".join(c for c in request.node.name if c.isalnum())[-60:]
