"""The contract of the `Identity` port, for the fake and for the emulator."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pkgops.aws.connection.client import LOCAL_ACCOUNT
from pkgops.aws.identity import StsIdentity
from pkgops.aws.ports import AwsPorts
from pkgops.errors import AccessError, PkgopsError
from pkgops.ports.identity import Identity
from tests.pkgops.fakes.identity import FakeIdentity

pytestmark = pytest.mark.emulator


@pytest.fixture(params=["fake", "emulator"])
def port(request: pytest.FixtureRequest) -> Identity:
    if request.param == "fake":
        return FakeIdentity(LOCAL_ACCOUNT)
    return StsIdentity(request.getfixturevalue("clients"))


def test_the_account_has_twelve_digits(port: Identity) -> None:
    assert port.account() == LOCAL_ACCOUNT


TAGS = {"ManagedBy": "pkgops"}


def policy(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_a_role_is_taken_on_by_who_made_it_until_it_is_deleted(port: Identity, unique: Any) -> None:
    name = unique("deployer")
    earlier = port.put_role(name, [policy("sqs:ListQueues")], TAGS)
    role = port.put_role(name, [policy("sqs:ListQueues")], TAGS)  # in the place of the earlier one
    keys = port.assume(role)
    assert keys.id
    assert keys.token
    assert keys.secret not in repr(keys)
    assert role.external_id not in repr(role)
    for other in (earlier, replace(role, external_id="guessed")):
        with pytest.raises(AccessError, match="sts:AssumeRole"):
            port.assume(other)
    port.delete_role(name)
    port.delete_role(name)
    with pytest.raises(AccessError, match="sts:AssumeRole"):
        port.assume(role)


def test_a_session_may_do_what_the_policies_say(real: AwsPorts, unique: Any) -> None:
    name = unique("deployer")
    role = real.identity.put_role(name, [policy("sqs:ListQueues"), policy("lambda:GetAccountSettings")], TAGS)
    try:
        ports = real.signed_by(real.identity.assume(role))
        assert ports.functions.concurrency().limit > 0
        with pytest.raises(AccessError, match="Access denied"):
            ports.stacks.describe()
    finally:
        real.identity.delete_role(name)


def test_a_role_that_cannot_be_made_is_named(port: Identity, unique: Any) -> None:
    name = unique("deployer")
    with pytest.raises(PkgopsError, match=f"Role {name} cannot be given its policies: MalformedPolicyDocument"):
        port.put_role(name, [{"Version": "2012-10-17"}], TAGS)
    port.delete_role(name)


def test_an_endpoint_that_does_not_answer_is_an_access_error() -> None:
    from pkgops.aws.connection.client import Clients
    from pkgops.model import Stage
    from pkgops.testing.deployed import free_port

    with pytest.raises(AccessError, match="Cannot reach"):
        StsIdentity(Clients(Stage("local"), f"http://127.0.0.1:{free_port()}")).account()
