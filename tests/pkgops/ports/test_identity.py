"""The contract of the `Identity` port, for the fake and for the emulator."""

from __future__ import annotations

import pytest

from pkgops.aws.connection.client import LOCAL_ACCOUNT
from pkgops.aws.identity import StsIdentity
from pkgops.errors import AccessError
from pkgops.ports.identity import Identity
from tests.pkgops.fakes.ports import FakeIdentity

pytestmark = pytest.mark.emulator


@pytest.fixture(params=["fake", "emulator"])
def port(request: pytest.FixtureRequest) -> Identity:
    if request.param == "fake":
        return FakeIdentity(LOCAL_ACCOUNT)
    return StsIdentity(request.getfixturevalue("clients"))


def test_the_account_has_twelve_digits(port: Identity) -> None:
    assert port.account() == LOCAL_ACCOUNT


def test_an_endpoint_that_does_not_answer_is_an_access_error() -> None:
    from pkgops.aws.connection.client import Clients
    from pkgops.model import Stage
    from pkgops.testing.deployed import free_port

    with pytest.raises(AccessError, match="Cannot reach"):
        StsIdentity(Clients(Stage("local"), f"http://127.0.0.1:{free_port()}")).account()
